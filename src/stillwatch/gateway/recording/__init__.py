"""What passes, written as captures beside the request path."""
