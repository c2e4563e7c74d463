"""The first steps of an administrator: connect a model, try a prompt, call from an application."""
