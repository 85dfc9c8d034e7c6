"""What the page of the API is shown with, as its makers published it; the manifest tells version and hashes."""
