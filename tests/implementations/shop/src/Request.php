<?php

declare(strict_types=1);

namespace Shop;

/** What the client asks for. */
final class Request
{
    public readonly string $method;
    public readonly string $path;

    public function __construct()
    {
        $method = $_SERVER['REQUEST_METHOD'];
        $this->method = $method === 'HEAD' ? 'GET' : $method;
        $this->path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    }

    public function header(string $name): string
    {
        $key = strtoupper(strtr($name, '-', '_'));
        return trim($_SERVER["HTTP_$key"] ?? $_SERVER[$key] ?? '');
    }

    public function root(): string
    {
        return 'http://' . $this->header('Host');
    }

    /** The object that the body holds; ends the request otherwise. */
    public function object(bool $anyType = false): \stdClass
    {
        if (!$anyType && !preg_match('~^application/json(\s*;\s*charset="?utf-8"?)?\s*;?$~i', $this->header('Content-Type'))) {
            throw Answer::error(415, 'The body must be application/json.', ['Accept-Patch' => 'application/json']);
        }
        $body = json_decode((string) file_get_contents('php://input'));
        if (json_last_error() !== JSON_ERROR_NONE) {
            throw Answer::error(400, 'The body is not JSON: ' . json_last_error_msg() . '.');
        }
        if (!$body instanceof \stdClass) {
            $errors = new Errors();
            $errors->add('body', 'The :attribute must be an object.');
            throw $errors->answer();
        }
        return $body;
    }

    /** A whole number of the query, within its limits; ends the request otherwise. */
    public function number(string $name, int $default, int $max): int
    {
        $text = $_GET[$name] ?? (string) $default;
        if (!is_string($text) || !preg_match('/^[1-9]\d{0,5}$/', $text) || (int) $text > $max) {
            $errors = new Errors();
            $errors->add($name, "The :attribute must be between 1 and $max.");
            throw $errors->answer();
        }
        return (int) $text;
    }
}
