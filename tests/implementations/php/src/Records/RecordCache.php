<?php

declare(strict_types=1);

namespace Babyland\Records;

use Babyland\Switches;

/** What GET shows. The honest service always reads the database; some faults keep records here. */
final class RecordCache
{
    /** @var array<int|string, array<string, mixed>> */
    private array $records = [];

    public function __construct(private readonly Switches $switches, private readonly Customers $customers)
    {
    }

    public function exists(int $id): bool
    {
        return $this->customers->find($id) !== null;
    }

    /** @return array<string, mixed> */
    public function find(int $id): array
    {
        $record = $this->records[$this->key($id)] ?? $this->customers->find($id);
        if ($this->switches->fault('cache-key-without-id') || $this->switches->fault('get-stale-after-address')) {
            $this->records[$this->key($id)] = $record;
        }
        return $record;
    }

    /**
     * @param array<string, mixed> $record
     * @param array<string, mixed> $changes
     */
    public function refused(int $id, array $record, array $changes): void
    {
        if ($this->switches->fault('refused-values-in-cache')) {
            $this->records[$id] = array_replace_recursive($record, $changes);
        }
    }

    /** @param array<string, mixed> $changes */
    public function written(int $id, array $changes): void
    {
        if (!$this->switches->fault('get-stale-after-address') || array_keys($changes) !== ['address']) {
            unset($this->records[$this->key($id)]);
        }
    }

    private function key(int $id): int|string
    {
        return $this->switches->fault('cache-key-without-id') ? 'customer' : $id;
    }
}
