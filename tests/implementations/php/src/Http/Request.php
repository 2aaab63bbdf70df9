<?php

declare(strict_types=1);

namespace Babyland\Http;

final class Request
{
    /** @param array<string, string> $headers by lower-case name; repeated ones joined by a comma */
    public function __construct(
        public readonly string $method,
        public readonly string $path,
        public readonly string $version,
        public readonly array $headers,
        public readonly string $body,
    ) {
    }

    public function header(string $name): ?string
    {
        return $this->headers[$name] ?? null;
    }

    public function wantsClose(): bool
    {
        $connection = strtolower($this->header('connection') ?? '');
        return str_contains($connection, 'close') || ($this->version === '1.0' && !str_contains($connection, 'keep-alive'));
    }
}
