"""The web pages: layout, components and one module for each screen, on the server's services."""
