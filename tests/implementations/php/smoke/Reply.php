<?php

declare(strict_types=1);

namespace Babyland\Smoke;

final class Reply
{
    public readonly int $status;
    public readonly string $head;
    public readonly string $body;

    public function __construct(public readonly string $bytes)
    {
        [$this->head, $this->body] = explode("\r\n\r\n", $bytes, 2) + ['', ''];
        $this->status = (int) substr($this->head, 9, 3);
    }

    /** A member by its dotted name; "" is the whole value; "absent" where there is none, "no JSON" where it cannot be read. */
    public function at(string $field): mixed
    {
        $value = json_decode($this->body, true);
        if ($value === null && trim($this->body) !== 'null') {
            return 'no JSON';
        }
        foreach ($field === '' ? [] : explode('.', $field) as $name) {
            if (!is_array($value) || !array_key_exists($name, $value)) {
                return 'absent';
            }
            $value = $value[$name];
        }
        return $value;
    }

    public function header(string $name): ?string
    {
        return preg_match('/^' . preg_quote($name, '/') . ': (.*?)\r?$/im', $this->head, $found) ? $found[1] : null;
    }
}
