<?php

declare(strict_types=1);

namespace Babyland\Answers;

use Babyland\Http\Response;
use Babyland\Switches;

/** The envelopes of refusals: one "detail", or messages by field. */
final class ErrorAnswers
{
    public function __construct(private readonly Switches $switches, private readonly Json $json)
    {
    }

    /** @param array<string, string> $headers */
    public function detail(int $status, string $message, array $headers = []): Response
    {
        $member = $status === 404 && $this->switches->fault('not-found-error-member') ? 'error' : 'detail';
        return $this->json->response($status, [$member => $message], $headers);
    }

    public function unauthenticated(): Response
    {
        if ($this->switches->fault('unauthenticated-redirect')) {
            $page = '<!DOCTYPE html><title>Redirecting</title><a href="/login">/login</a>';
            return new Response(302, ['Location' => '/login', 'Content-Type' => 'text/html; charset=UTF-8'], $page);
        }
        if ($this->switches->variant('unauthenticated-403')) {
            return $this->detail(403, 'Authentication credentials were not provided.');
        }
        return $this->detail(401, 'Authentication credentials were not provided.', ['WWW-Authenticate' => 'Bearer realm="api"']);
    }

    /** @param array<string, mixed> $errors lists of messages by field; those of the address by its members */
    public function validation(array $errors): Response
    {
        $status = match (true) {
            $this->switches->fault('status-422') => 422,
            $this->switches->fault('gender-error-200') && isset($errors['gender']) => 200,
            default => 400,
        };
        $response = $this->json->response($status, $this->faulty($this->chosen($errors)));
        if ($this->switches->fault('error-html-type')) {
            $response->headers['Content-Type'] = 'text/html; charset=UTF-8';
        }
        return $response;
    }

    /**
     * @param array<string, mixed> $errors
     * @return array<string, mixed>
     */
    private function chosen(array $errors): array
    {
        if ($this->switches->variant('first-error-only')) {
            $errors = array_slice($errors, 0, 1, true);
        }
        if ($this->switches->variant('address-errors-flat') && isset($errors['address'])) {
            $flat = fn (int|string $name, mixed $text): string => is_array($text) ? "$name: $text[0]" : $text;
            $errors['address'] = array_map($flat, array_keys($errors['address']), array_values($errors['address']));
        }
        return $this->switches->variant('error-strings') ? array_map($this->joined(...), $errors) : $errors;
    }

    /** @param array<int|string, mixed> $messages */
    private function joined(array $messages): mixed
    {
        return array_is_list($messages) ? implode(' ', $messages) : array_map($this->joined(...), $messages);
    }

    /**
     * @param array<string, mixed> $errors
     * @return array<string, mixed>
     */
    private function faulty(array $errors): array
    {
        if ($this->switches->fault('laravel-envelope')) {
            return ['message' => 'The given data was invalid.', 'errors' => $errors];
        }
        if ($this->switches->fault('last-name-error-under-first-name') && isset($errors['last_name'])) {
            return ['first_name' => $errors['last_name']] + array_diff_key($errors, ['last_name' => 0]);
        }
        if ($this->switches->fault('phone-error-objects') && isset($errors['phone'])) {
            $errors['phone'] = array_map(fn (string $text): array => ['code' => 'invalid', 'message' => $text], $errors['phone']);
        }
        if ($this->switches->fault('errors-as-list')) {
            $item = fn (string $field): array => ['field' => $field, 'messages' => $errors[$field]];
            return array_map($item, array_keys($errors));
        }
        return $errors;
    }
}
