"""Random histories of limits and approvals through the real flows, beside an oracle written from the product page."""
