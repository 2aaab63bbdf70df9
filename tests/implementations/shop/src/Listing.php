<?php

declare(strict_types=1);

namespace Shop;

/** A page of the records of a store, with links and meta. */
final class Listing
{
    public function __construct(private readonly Database $database, private readonly Request $request)
    {
    }

    public function page(Kind $kind, int $store): Answer
    {
        $page = $this->request->number('page', 1, 100000);
        $size = $this->request->number('per_page', 15, 100);
        $records = $this->filtered($this->database->records($kind->name(), $store), $kind);
        $shown = array_slice($records, ($page - 1) * $size, $size);
        $last = max(1, (int) ceil(count($records) / $size));
        $path = $this->request->root() . $this->request->path;
        $from = $shown === [] ? null : ($page - 1) * $size + 1;
        return new Answer(200, [
            'data' => array_map($kind->present(...), $shown),
            'links' => $this->links($path, $page, $last),
            'meta' => [
                'current_page' => $page, 'from' => $from, 'last_page' => $last, 'path' => $path, 'per_page' => $size,
                'to' => $from === null ? null : $from + count($shown) - 1, 'total' => count($records),
            ],
        ]);
    }

    private function filtered(array $records, Kind $kind): array
    {
        if (!$kind instanceof Products || !isset($_GET['status'])) {
            return $records;
        }
        $errors = new Errors();
        $status = Rule::oneOf('draft', 'active', 'archived')($_GET['status'], 'status', $errors);
        if ($errors->any()) {
            throw $errors->answer();
        }
        return array_values(array_filter($records, fn ($record) => $record['status'] === $status));
    }

    /** @return array<string, string|null> */
    private function links(string $path, int $page, int $last): array
    {
        $link = fn (int $number) => $path . '?' . http_build_query(['page' => $number] + $_GET);
        return [
            'first' => $link(1),
            'last' => $link($last),
            'prev' => $page > 1 ? $link($page - 1) : null,
            'next' => $page < $last ? $link($page + 1) : null,
        ];
    }
}
