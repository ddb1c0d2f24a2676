"""Clients: sessions become requests in the exact shapes of real coding tools and SDKs."""
