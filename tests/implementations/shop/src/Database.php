<?php

declare(strict_types=1);

namespace Shop;

use PDO;

/** The records of all stores: a table for each kind, the attributes in a column of JSON. */
final class Database
{
    public readonly PDO $pdo;

    public function __construct(string $file)
    {
        $this->pdo = new PDO("sqlite:$file", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
        $this->pdo->exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY');
    }

    public function migrate(): void
    {
        foreach (['products', 'customers', 'coupons'] as $kind) {
            $this->pdo->exec("CREATE TABLE $kind (id INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER NOT NULL,
                attributes TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)");
        }
        $this->pdo->exec('CREATE TABLE tokens (token TEXT PRIMARY KEY, store_id INTEGER NOT NULL, abilities TEXT NOT NULL)');
        $this->pdo->exec('CREATE TABLE hits (client TEXT PRIMARY KEY, ends_at INTEGER NOT NULL, count INTEGER NOT NULL)');
        $this->pdo->exec('CREATE TABLE numbers (name TEXT PRIMARY KEY, last INTEGER NOT NULL)');
    }

    /** @return list<array<string, mixed>> */
    public function rows(string $sql, mixed ...$values): array
    {
        $statement = $this->pdo->prepare($sql);
        $statement->execute($values);
        return $statement->fetchAll(PDO::FETCH_ASSOC);
    }

    /** @return list<array<string, mixed>> the records of a kind, as they are kept, by id */
    public function records(string $kind, ?int $store = null): array
    {
        $rows = $this->rows("SELECT * FROM $kind WHERE store_id = coalesce(?, store_id) ORDER BY id", $store);
        return array_map(self::record(...), $rows);
    }

    /** @return array<string, mixed>|null */
    public function find(string $kind, int $id): ?array
    {
        $rows = $this->rows("SELECT * FROM $kind WHERE id = ?", $id);
        return $rows === [] ? null : self::record($rows[0]);
    }

    /** @param array<string, mixed> $record with or without an id */
    public function save(string $kind, array $record): int
    {
        $columns = ['id' => null, 'store_id' => null, 'created_at' => null, 'updated_at' => null];
        $attributes = json_encode(array_diff_key($record, $columns), JSON_THROW_ON_ERROR);
        $this->rows(
            "INSERT INTO $kind (id, store_id, attributes, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET attributes = excluded.attributes, updated_at = excluded.updated_at",
            $record['id'] ?? null,
            $record['store_id'],
            $attributes,
            $record['created_at'],
            $record['updated_at'],
        );
        return (int) $this->pdo->lastInsertId();
    }

    /** The next number of a series, for the ids of nested items. */
    public function next(string $series): int
    {
        $sql = 'INSERT INTO numbers VALUES (?, 9001) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last';
        return (int) $this->rows($sql, $series)[0]['last'];
    }

    /**
     * @param array<string, mixed> $row
     * @return array<string, mixed>
     */
    private static function record(array $row): array
    {
        $attributes = json_decode($row['attributes'], true, 512, JSON_THROW_ON_ERROR);
        unset($row['attributes']);
        return $row + $attributes;
    }
}
