"""Follow-up contacts of health insurance (健康险回访): three, six and twelve months after effect."""
