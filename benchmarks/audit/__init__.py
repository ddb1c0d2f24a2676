"""Made-up clients for the audit: what they send, what they hide, and what is only chance."""
