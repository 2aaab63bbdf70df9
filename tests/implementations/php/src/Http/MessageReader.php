<?php

declare(strict_types=1);

namespace Babyland\Http;

/** Cuts requests out of the bytes of one connection (RFC 9112). */
final class MessageReader
{
    private const MAX_HEAD = 65536;
    private const MAX_BODY = 2 * 1024 * 1024;
    private string $buffer = '';
    private bool $continued = false;

    public function feed(string $bytes): void
    {
        $this->buffer .= $bytes;
    }

    /** The next whole request, or null while some of it is missing. $interim receives what has to be sent at once. */
    public function next(?string &$interim): ?Request
    {
        $this->buffer = preg_replace('/^(\r\n)+/', '', $this->buffer);
        $end = strpos($this->buffer, "\r\n\r\n");
        if ($end === false) {
            if (strlen($this->buffer) > self::MAX_HEAD) {
                throw new BadMessage(431, 'The header section is too large.');
            }
            return null;
        }
        $lines = explode("\r\n", substr($this->buffer, 0, $end));
        [$method, $path, $version] = $this->requestLine(array_shift($lines));
        $headers = $this->headers($lines);
        if ($version === '1.1' && !isset($headers['host'])) {
            throw new BadMessage(400, 'A Host header is needed.');
        }
        $framed = $this->body($headers, $end + 4);
        if ($framed === null) {
            $interim = $this->interim($headers, $version);
            return null;
        }
        $this->buffer = substr($this->buffer, $framed[1]);
        $this->continued = false;
        return new Request($method, $path, $version, $headers, $framed[0]);
    }

    /** @return array{string, string, string} */
    private function requestLine(string $line): array
    {
        if (!preg_match('/^([!#$%&\'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/(1\.[01])$/', $line, $parts)) {
            throw new BadMessage(400, 'The request line is malformed.');
        }
        $target = preg_replace('/^https?:\/\/[^\/?]*/i', '', $parts[2]);
        return [$parts[1], rawurldecode(explode('?', $target, 2)[0]), $parts[3]];
    }

    /**
     * @param list<string> $lines
     * @return array<string, string>
     */
    private function headers(array $lines): array
    {
        $headers = [];
        foreach ($lines as $line) {
            if (!preg_match('/^([!#$%&\'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s', $line, $parts)) {
                throw new BadMessage(400, 'A header field is malformed.');
            }
            $name = strtolower($parts[1]);
            $headers[$name] = isset($headers[$name]) ? "$headers[$name], $parts[2]" : $parts[2];
        }
        return $headers;
    }

    /**
     * @param array<string, string> $headers
     * @return array{string, int}|null the body and the offset behind it
     */
    private function body(array $headers, int $start): ?array
    {
        $coding = strtolower($headers['transfer-encoding'] ?? '');
        $length = $headers['content-length'] ?? null;
        if ($coding !== '') {
            if ($length !== null) {
                throw new BadMessage(400, 'Content-Length and Transfer-Encoding exclude each other.');
            }
            return $coding === 'chunked' ? $this->chunked($start) : throw new BadMessage(501, 'This transfer coding is unknown.');
        }
        if ($length !== null && !preg_match('/^\d{1,18}$/', $length)) {
            throw new BadMessage(400, 'The Content-Length is malformed.');
        }
        $this->bounded((int) $length);
        $end = $start + (int) $length;
        return strlen($this->buffer) < $end ? null : [substr($this->buffer, $start, (int) $length), $end];
    }

    /** @return array{string, int}|null */
    private function chunked(int $at): ?array
    {
        $body = '';
        while (($line = strpos($this->buffer, "\r\n", $at)) !== false) {
            $size = trim(explode(';', substr($this->buffer, $at, $line - $at))[0]);
            if (!preg_match('/^[0-9a-f]{1,8}$/i', $size)) {
                throw new BadMessage(400, 'A chunk size is malformed.');
            }
            $length = (int) hexdec($size);
            if ($length === 0) {
                return $this->trailer($body, $line);
            }
            $this->bounded(strlen($body) + $length);
            if (strlen($this->buffer) < $line + 4 + $length) {
                return null;
            }
            $body .= substr($this->buffer, $line + 2, $length);
            $at = $line + 4 + $length;
        }
        return null;
    }

    /** @return array{string, int}|null */
    private function trailer(string $body, int $line): ?array
    {
        if (substr($this->buffer, $line, 4) === "\r\n\r\n") {
            return [$body, $line + 4];
        }
        $end = strpos($this->buffer, "\r\n\r\n", $line);
        return $end === false ? null : [$body, $end + 4];
    }

    private function bounded(int $length): void
    {
        if ($length > self::MAX_BODY) {
            throw new BadMessage(413, 'The body is too large.');
        }
    }

    /** @param array<string, string> $headers */
    private function interim(array $headers, string $version): ?string
    {
        $expected = $version === '1.1' && strtolower($headers['expect'] ?? '') === '100-continue' && !$this->continued;
        $this->continued = $this->continued || $expected;
        return $expected ? "HTTP/1.1 100 Continue\r\n\r\n" : null;
    }
}
