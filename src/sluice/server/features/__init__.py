"""What the server does, one folder a feature; another feature only through its service."""
