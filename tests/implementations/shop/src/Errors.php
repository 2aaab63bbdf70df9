<?php

declare(strict_types=1);

namespace Shop;

/** What is wrong with a body, by the member's place. */
final class Errors
{
    /** @var array<string, list<string>> */
    public array $all = [];

    public function add(string $place, string $message): null
    {
        $this->all[$place][] = str_replace(':attribute', $place, $message);
        return null;
    }

    public function any(): bool
    {
        return $this->all !== [];
    }

    /** @return list<string> the members of the body that are wrong, below $root */
    public function members(string $root): array
    {
        $inside = array_filter(array_keys($this->all), fn ($place) => str_starts_with($place, $root));
        return array_map(fn ($place) => explode('.', substr($place, strlen($root)))[0], $inside);
    }

    public function answer(): Answer
    {
        $shown = Choices::has('first-error-only') ? array_slice($this->all, 0, 1, true) : $this->all;
        if (Choices::has('errors-as-texts')) {
            $shown = array_map(fn ($messages) => count($messages) === 1 ? $messages[0] : $messages, $shown);
        }
        return new Answer(422, ['message' => 'The given data was invalid.', 'errors' => $shown]);
    }
}
