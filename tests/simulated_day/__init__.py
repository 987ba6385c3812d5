"""A whole day of a busy desk, played fast: buyers, a bank, and staff who only do what their phones show them."""
