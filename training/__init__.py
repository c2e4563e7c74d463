"""How the tagger of `sluice.engine.names` is made; not part of the installed package."""
