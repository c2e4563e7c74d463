"""The queries of templates, versions and deployments."""
