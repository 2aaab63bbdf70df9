<?php

declare(strict_types=1);

namespace Babyland\Answers;

use Babyland\Http\Response;
use Babyland\Switches;

final class Json
{
    public function __construct(private readonly Switches $switches)
    {
    }

    /**
     * @param array<int|string, mixed>|\stdClass $value
     * @param array<string, string> $headers
     */
    public function response(int $status, array|\stdClass $value, array $headers = [], int $flags = 0): Response
    {
        $type = $this->switches->variant('charset-named') ? 'application/json; charset=utf-8' : 'application/json';
        $response = new Response($status, ['Content-Type' => $type, ...$headers], json_encode($value, $flags | $this->flags()));
        if ($this->switches->variant('more-headers')) {
            $more = ['Cache-Control' => 'no-store', 'Vary' => 'Accept, Origin', 'X-Request-Id' => bin2hex(random_bytes(8))];
            $response->headers += $more + ['Access-Control-Allow-Origin' => '*', 'X-Frame-Options' => 'DENY'];
        }
        $response->close = $this->switches->variant('always-close');
        return $response;
    }

    private function flags(): int
    {
        $plain = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;
        $escaping = $this->switches->variant('escaped-json') ? JSON_HEX_TAG | JSON_HEX_QUOT : $plain;
        return JSON_THROW_ON_ERROR | $escaping | ($this->switches->variant('pretty-json') ? JSON_PRETTY_PRINT : 0);
    }
}
