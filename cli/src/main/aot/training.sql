-- What a first session does: the JDK records the classes that these statements load.
SELECT 1;
CREATE TABLE items (
  id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, price DOUBLE, added DATE, embedding VECTOR(3));
INSERT INTO items VALUES
  (1, 'one', 1.5, DATE '2026-01-01', '[1, 0, 0]'),
  (2, 'two', 2.5, NULL, '[0, 1, 0]'),
  (3, 'three', NULL, DATE '2026-01-03', '[0, 0, 1]');
SELECT id, name, embedding <=> '[1, 1, 0]' AS distance FROM items ORDER BY distance LIMIT 2;
SELECT name FROM items WHERE price > 1 AND name LIKE 't%' ORDER BY embedding <-> '[0, 0, 1]' LIMIT 5;
SELECT added, COUNT(*), AVG(price) FROM items GROUP BY added HAVING COUNT(*) >= 1;
SELECT a.name, b.name FROM items a JOIN items b ON a.id = b.id WHERE b.price IS NOT NULL;
UPDATE items SET price = 3.5 WHERE id = 3;
DELETE FROM items WHERE id = 2;
SHOW TABLES;
EXPLAIN SELECT * FROM items;
SELECT * FROM items;
DROP TABLE items;
