"""When the words and files of an order may be forgotten: some time after its end.

An order that the desk never stored has no end; what was heard of it goes by its own age.
"""

ENDED = "order_id IN (SELECT id FROM orders WHERE is_final = 1 AND final_at < :before)"
UNHEARD_OF = "NOT EXISTS (SELECT 1 FROM orders WHERE orders.id = order_id)"
