<?php

declare(strict_types=1);

namespace Babyland\Http;

use Babyland\Switches;

/** The bytes of an answer. */
final class MessageWriter
{
    public function __construct(private readonly Switches $switches)
    {
    }

    public function bytes(Response $response, ?Request $request): string
    {
        $headers = ['Date' => gmdate('D, d M Y H:i:s') . ' GMT', ...$response->headers];
        $bodiless = $response->status === 204 || $request?->method === 'HEAD';
        $chunked = $this->switches->variant('chunked-answers') && $request?->version === '1.1' && !$bodiless;
        if ($chunked) {
            $headers['Transfer-Encoding'] = 'chunked';
        } elseif ($response->status !== 204) {
            $headers['Content-Length'] = (string) $this->length($response->body);
        }
        $headers['Connection'] = $response->close ? 'close' : 'keep-alive';
        return $this->head($response->status, $headers) . ($bodiless ? '' : $this->body($response->body, $chunked));
    }

    private function length(string $body): int
    {
        return $this->switches->fault('content-length-in-characters') ? mb_strlen($body, 'UTF-8') : strlen($body);
    }

    /** @param array<string, string> $headers */
    private function head(int $status, array $headers): string
    {
        $lines = ["HTTP/1.1 $status " . Response::REASONS[$status]];
        foreach ($headers as $name => $value) {
            $lines[] = ($this->switches->variant('lower-case-headers') ? strtolower($name) : $name) . ": $value";
        }
        return implode("\r\n", $lines) . "\r\n\r\n";
    }

    private function body(string $body, bool $chunked): string
    {
        if (!$chunked) {
            return substr($body, 0, $this->length($body));
        }
        $chunk = fn (string $part): string => dechex(strlen($part)) . "\r\n$part\r\n";
        $parts = array_map($chunk, $body === '' ? [] : str_split($body, 100));
        return implode('', $parts) . "0\r\n\r\n";
    }
}
