<?php

declare(strict_types=1);

namespace Babyland\Patches;

use Babyland\Switches;

/** Checks one value and gives it as it is to be stored. */
final class ValueRules
{
    public function __construct(private readonly Switches $switches, private readonly Messages $messages)
    {
    }

    /** @param array<string, mixed> $rule */
    public function clean(string $field, array $rule, mixed $value): mixed
    {
        if ($value === null) {
            return ($rule['nullable'] ?? false) ? null : $this->refuse('null');
        }
        return match ($rule['kind']) {
            'boolean' => $this->boolean($value),
            'choice' => $this->choice($value, $rule['of']),
            'email' => $this->email($this->text($field, $rule, $value)),
            default => $this->text($field, $rule, $value),
        };
    }

    private function boolean(mixed $value): bool
    {
        if ($this->switches->fault('is-active-cast') && is_scalar($value)) {
            return (bool) $value;
        }
        if ($this->switches->variant('types-coerced') && is_scalar($value) && $value !== '') {
            return filter_var($value, FILTER_VALIDATE_BOOLEAN, FILTER_NULL_ON_FAILURE) ?? $this->refuse('boolean');
        }
        return is_bool($value) ? $value : $this->refuse('boolean');
    }

    /** @param list<string> $choices */
    private function choice(mixed $value, array $choices): string
    {
        if ($this->choiceFault($value, $choices)) {
            return is_scalar($value) ? (string) $value : $this->refuse('choice');
        }
        if ($this->switches->fault('gender-n-refused')) {
            $choices = array_diff($choices, ['N']);
        }
        return in_array($value, $choices, true) ? $value : $this->refuse('choice');
    }

    /** @param list<string> $choices */
    private function choiceFault(mixed $value, array $choices): bool
    {
        return match (true) {
            $this->switches->fault('gender-any-case') => is_string($value) && in_array(strtoupper($value), $choices, true),
            $this->switches->fault('gender-unanchored') => is_string($value) && preg_match('/[MFON]/', $value) === 1,
            $this->switches->fault('gender-loose-in-array') => in_array($value, $choices),
            $this->switches->fault('gender-empty-accepted') => $value === '',
            default => false,
        };
    }

    private function email(string $value): string
    {
        if ($this->switches->variant('email-unchecked')) {
            return $value;
        }
        if (filter_var($value, FILTER_VALIDATE_EMAIL) === false) {
            $this->refuse('email');
        }
        return $this->switches->variant('email-domain-lower-case')
            ? preg_replace_callback('/@.*$/', fn (array $found): string => strtolower($found[0]), $value)
            : $value;
    }

    /** @param array<string, mixed> $rule */
    private function text(string $field, array $rule, mixed $value): string
    {
        $text = $this->string($field, $value);
        if (str_contains($text, "\0")) {
            $this->refuse('nul');
        }
        if ($this->switches->variant('strings-trimmed')) {
            $text = preg_replace('/^\s+|\s+$/Du', '', $text);
        }
        if ($this->mustBeFilled($field, $rule) && preg_match('/^\s*$/Du', $text)) {
            $this->refuse('blank');
        }
        $strict = $this->switches->variant('phone-syntax') && str_ends_with($field, 'phone');
        if ($strict && !preg_match('/^[0-9 +()\/.-]*$/D', $text)) {
            $this->refuse('digits');
        }
        return $this->limited($field, $rule['max'], $text);
    }

    private function string(string $field, mixed $value): string
    {
        if ($field === 'last_name' && is_array($value) && $this->switches->fault('last-name-list-as-array')) {
            return @(string) $value;
        }
        if ($field === 'first_name' && $this->switches->fault('first-name-list-500')) {
            return is_scalar($value) ? (is_string($value) ? $value : $this->refuse('string')) : trim($value);
        }
        if ($this->switches->variant('types-coerced') && (is_int($value) || (is_float($value) && is_finite($value)))) {
            return (string) $value;
        }
        return is_string($value) ? $value : $this->refuse('string');
    }

    /** @param array<string, mixed> $rule */
    private function mustBeFilled(string $field, array $rule): bool
    {
        $named = in_array($field, ['first_name', 'last_name'], true) && $this->switches->variant('names-must-be-filled');
        return $named || ($rule['filled'] ?? false);
    }

    private function limited(string $field, int $max, string $text): string
    {
        if ($this->switches->variant('address-limits-unchecked') && str_starts_with($field, 'address.')) {
            return $text;
        }
        if ($field === 'phone' && $this->switches->fault('phone-truncated')) {
            return mb_substr($text, 0, $max);
        }
        [$max, $length] = $this->measure($field, $max, $text);
        return $length > $max ? $this->refuse('long', $max) : $text;
    }

    /** @return array{int, int} the limit and the length */
    private function measure(string $field, int $max, string $text): array
    {
        $length = mb_strlen($text, 'UTF-8');
        return match (true) {
            $field === 'first_name' && $this->switches->fault('first-name-limit-in-bytes') => [$max, strlen($text)],
            $field === 'first_name' && $this->switches->fault('first-name-31') => [$max + 1, $length],
            $field === 'last_name' && $this->switches->fault('last-name-150-refused') => [$max - 1, $length],
            $field === 'last_name' && $this->switches->fault('last-name-unlimited') => [PHP_INT_MAX, $length],
            $field === 'phone' && $this->switches->fault('phone-counts-digits')
                => [$max, strlen(preg_replace('/\D/', '', $text))],
            default => [$max, $length],
        };
    }

    private function refuse(string $key, int ...$numbers): never
    {
        throw new Refused($this->messages->say($key, ...$numbers));
    }
}
