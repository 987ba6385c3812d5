"""Small programs that do what the desk does with less: what the desk's promises cost is the difference to them."""
