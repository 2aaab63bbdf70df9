<?php

declare(strict_types=1);

namespace Babyland\Records;

use Babyland\Switches;

/** The customers in SQLite: one row each, and one row for the address. */
final class Customers
{
    private readonly \PDO $database;

    public function __construct(string $file, private readonly Switches $switches)
    {
        $this->database = new \PDO("sqlite:$file", options: [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION]);
        $this->database->exec('PRAGMA synchronous = OFF');
        $this->database->exec('CREATE TABLE customer (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT NOT NULL,
            date_joined TEXT NOT NULL, is_active INTEGER NOT NULL, email TEXT NOT NULL, gender TEXT NOT NULL, phone TEXT,
            avatar TEXT, last_login TEXT, password TEXT, token TEXT NOT NULL UNIQUE, updated_at TEXT NOT NULL)');
        $this->database->exec('CREATE TABLE address (customer_id INTEGER PRIMARY KEY REFERENCES customer (id), name TEXT NOT NULL,
            addressline TEXT, street TEXT NOT NULL, city TEXT NOT NULL, province TEXT NOT NULL, phone TEXT,
            country TEXT NOT NULL)');
        $this->fill();
    }

    /** @return array<string, mixed>|null */
    public function find(int $id): ?array
    {
        $row = $this->query('SELECT * FROM customer WHERE id = ?', [$id])->fetch(\PDO::FETCH_ASSOC);
        if ($row === false) {
            return null;
        }
        $address = $this->query('SELECT * FROM address WHERE customer_id = ?', [$id])->fetch(\PDO::FETCH_ASSOC);
        return [...$row, 'is_active' => (bool) $row['is_active'], 'address' => array_diff_key($address, ['customer_id' => 0])];
    }

    /** @return array<string, mixed> */
    public function lastAddress(): array
    {
        $row = $this->query('SELECT * FROM address ORDER BY customer_id DESC LIMIT 1', [])->fetch(\PDO::FETCH_ASSOC);
        return array_diff_key($row, ['customer_id' => 0]);
    }

    /** @return array<int, string> */
    public function tokens(): array
    {
        return $this->query('SELECT id, token FROM customer', [])->fetchAll(\PDO::FETCH_KEY_PAIR);
    }

    public function emailTaken(string $email, int $exceptId): bool
    {
        $found = $this->query('SELECT 1 FROM customer WHERE lower(email) = lower(?) AND id <> ?', [$email, $exceptId]);
        return $found->fetchColumn() !== false;
    }

    public function noteLogin(int $id): void
    {
        $this->query('UPDATE customer SET last_login = ? WHERE id = ?', [Clock::now(), $id]);
    }

    /** @param array<string, mixed> $changes of columns, and of some members under "address" */
    public function update(int $id, array $changes): void
    {
        $address = $changes['address'] ?? [];
        $columns = array_diff_key($changes, ['address' => 0]);
        $this->database->beginTransaction();
        try {
            $this->updateCustomer($id, $columns + ['updated_at' => Clock::now()]);
            $this->updateAddress($id, $address);
            $this->database->commit();
        } catch (\Throwable $error) {
            $this->database->rollBack();
            throw $error;
        }
    }

    /** @param array<string, mixed> $columns */
    private function updateCustomer(int $id, array $columns): void
    {
        if ($this->switches->fault('date-joined-touched')) {
            $columns['date_joined'] = $columns['updated_at'];
        }
        if ($this->switches->fault('date-joined-shifted')) {
            $joined = new \DateTimeImmutable($this->find($id)['date_joined']);
            $columns['date_joined'] = $joined->setTimezone(new \DateTimeZone('UTC'))->format('Y-m-d\TH:i:s.u') . '+02:00';
        }
        if ($this->switches->fault('phone-stuck-at-null') && array_key_exists('phone', $columns)) {
            $sql = 'UPDATE customer SET phone = :new WHERE id = :id AND (phone <> :new OR :new IS NULL)';
            $this->query($sql, ['new' => $columns['phone'], 'id' => $id]);
            unset($columns['phone']);
        }
        $this->set('customer', $columns, 'id = ?', [$id]);
    }

    /** @param array<string, mixed> $columns */
    private function updateAddress(int $id, array $columns): void
    {
        if ($this->switches->fault('street-not-fillable')) {
            unset($columns['street']);
        }
        if ($columns !== []) {
            $everywhere = $this->switches->fault('address-update-without-where');
            [$condition, $arguments] = $everywhere ? ['1 = 1', []] : ['customer_id = ?', [$id]];
            $this->set('address', $columns, $condition, $arguments);
        }
    }

    /**
     * @param array<string, mixed> $columns
     * @param list<mixed> $arguments
     */
    private function set(string $table, array $columns, string $condition, array $arguments): void
    {
        $assignments = implode(', ', array_map(fn (string $name): string => "$name = ?", array_keys($columns)));
        $values = array_map(fn (mixed $value): mixed => is_bool($value) ? (int) $value : $value, array_values($columns));
        $this->query("UPDATE $table SET $assignments WHERE $condition", [...$values, ...$arguments]);
    }

    /** @param array<int|string, mixed> $arguments */
    private function query(string $sql, array $arguments): \PDOStatement
    {
        $statement = $this->database->prepare($sql);
        $statement->execute($arguments);
        return $statement;
    }

    private function fill(): void
    {
        foreach (SampleData::CUSTOMERS as $customer) {
            $password = password_hash('secret', PASSWORD_BCRYPT, ['cost' => 4]);
            $hidden = ['password' => $password, 'token' => SampleData::TOKENS[$customer['id']]];
            $this->insert('customer', [...$customer, 'is_active' => 1, ...$hidden, 'updated_at' => Clock::now()]);
            $this->insert('address', ['customer_id' => $customer['id'], ...SampleData::ADDRESSES[$customer['id']]]);
        }
    }

    /** @param array<string, mixed> $row */
    private function insert(string $table, array $row): void
    {
        $marks = implode(', ', array_fill(0, count($row), '?'));
        $this->query("INSERT INTO $table (" . implode(', ', array_keys($row)) . ") VALUES ($marks)", array_values($row));
    }
}
