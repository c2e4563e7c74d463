"""The API reference at `/docs`: Swagger UI, served from here so that it works offline."""
