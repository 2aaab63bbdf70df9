<?php

declare(strict_types=1);

namespace Shop;

/** An answer that ends the request; thrown where the request can go no further. */
final class Answer extends \Exception
{
    /** @param array<string, string> $headers */
    public function __construct(public int $status, public mixed $body = null, public array $headers = [])
    {
        parent::__construct();
    }

    /** @param array<string, string> $headers */
    public static function error(int $status, string $message, array $headers = []): self
    {
        return new self($status, ['message' => $message], $headers);
    }

    public function send(Request $request): void
    {
        $text = $this->body === null ? '' : json_encode($this->body, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
        if (Choices::has('etags') && $this->status === 200) {
            $text = $this->tagged($request, $text);
        }
        http_response_code($this->status);
        header('Cache-Control: no-cache, private');
        if ($text !== '') {
            header('Content-Type: application/json');
        } else {
            header_remove('Content-Type');
            ini_set('default_mimetype', '');
        }
        foreach ($this->headers as $name => $value) {
            header("$name: $value");
        }
        echo $text;
    }

    /** The text to send with an entity tag: none if the client has it already. */
    private function tagged(Request $request, string $text): string
    {
        $this->headers['ETag'] = self::tag($this->body);
        if ($request->method === 'GET' && $request->header('If-None-Match') === $this->headers['ETag']) {
            $this->status = 304;
            return '';
        }
        return $text;
    }

    public static function tag(mixed $body): string
    {
        return '"' . substr(hash('sha256', json_encode($body, JSON_THROW_ON_ERROR)), 0, 20) . '"';
    }
}
