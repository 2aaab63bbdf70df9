<?php

declare(strict_types=1);

namespace Shop;

use Closure;
use stdClass;

/**
 * Rules for values: each makes a function of a value, its place and the errors, that answers the value as it is kept.
 *
 * A function that finds an error tells it and answers null.
 */
final class Rule
{
    public static function trimmed(mixed $value): mixed
    {
        return is_string($value) ? preg_replace('/^\s+|\s+$/uD', '', $value) : $value;
    }

    /** A text of $min to $max characters, with a pattern where there is one. */
    public static function text(int $max, int $min = 1, ?string $pattern = null): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($max, $min, $pattern) {
            $text = self::trimmed($value);
            if ($text === '' || $text === null) {
                return $errors->add($place, 'The :attribute field is required.');
            }
            if (!is_string($text)) {
                return $errors->add($place, 'The :attribute field must be a string.');
            }
            $bytes = $place === 'name' && Choices::has('name-counted-in-bytes');
            $length = $bytes ? strlen($text) : mb_strlen($text);
            if ($length < $min || $length > $max) {
                return $errors->add($place, "The :attribute field must have $min to $max characters.");
            }
            if ($pattern !== null && !preg_match($pattern, $text)) {
                return $errors->add($place, 'The :attribute field format is invalid.');
            }
            return $text;
        };
    }

    /** A text that another function reads; null where it cannot. */
    public static function read(callable $reader, string $message): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($reader, $message) {
            $text = self::text(255)($value, $place, $errors);
            return $text === null ? null : $reader($text) ?? $errors->add($place, $message);
        };
    }

    public static function whole(int $min, int $max): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($min, $max) {
            if (is_string($value) && ctype_digit($value) && str_ends_with($place, '.price') && Choices::has('price-numeric-string')) {
                $value = (int) $value;
            }
            if (!is_int($value) && !(is_float($value) && floor($value) === $value && abs($value) < 1e15)) {
                return $errors->add($place, 'The :attribute field must be an integer.');
            }
            $unchecked = Choices::has('later-variant-unchecked') && preg_match('/^variants\.[1-9]/', $place);
            if (!$unchecked && ($value < $min || $value > $max)) {
                return $errors->add($place, "The :attribute field must be between $min and $max.");
            }
            return (int) $value;
        };
    }

    public static function thousandths(int $min, int $max): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($min, $max) {
            if (!is_int($value) && !is_float($value)) {
                return $errors->add($place, 'The :attribute field must be a number.');
            }
            if ($value < $min || $value > $max) {
                return $errors->add($place, "The :attribute field must be between $min and $max.");
            }
            if (round((float) $value, 3) !== (float) $value) {
                return $errors->add($place, 'The :attribute field must have at most 3 decimal places.');
            }
            return $value;
        };
    }

    public static function flag(): Closure
    {
        return function (mixed $value, string $place, Errors $errors) {
            if ($place === 'data.active' && is_scalar($value) && Choices::has('active-cast')) {
                return filter_var($value, FILTER_VALIDATE_BOOL);
            }
            return is_bool($value) ? $value : $errors->add($place, 'The :attribute field must be true or false.');
        };
    }

    public static function oneOf(string ...$values): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($values) {
            $text = self::trimmed($value);
            $compared = is_string($text) && $place === 'status' && Choices::has('status-any-case') ? strtolower($text) : $text;
            return in_array($compared, $values, true) ? $text : $errors->add($place, 'The selected :attribute is invalid.');
        };
    }

    /** Null, also from an empty text, or what another rule takes. */
    public static function nullable(Closure $rule): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($rule) {
            $empty = $value === null || self::trimmed($value) === '';
            return $empty ? null : $rule($value, $place, $errors);
        };
    }

    public static function listOf(Closure $item, int $max, int $min = 0, bool $distinct = false): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($item, $max, $min, $distinct) {
            if (!is_array($value)) {
                return $errors->add($place, 'The :attribute field must be a list.');
            }
            if (count($value) < $min || count($value) > $max) {
                return $errors->add($place, "The :attribute field must have $min to $max items.");
            }
            $kept = [];
            foreach ($value as $position => $one) {
                $one = $item($one, "$place.$position", $errors);
                if ($distinct && $one !== null && in_array($one, $kept, true)) {
                    $errors->add("$place.$position", 'The :attribute field has a duplicate value.');
                }
                $kept[] = $one;
            }
            return $kept;
        };
    }

    /** A map of at most $max names of a pattern to values of one rule. */
    public static function map(Closure $item, int $max, string $names): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($item, $max, $names) {
            if (!$value instanceof stdClass) {
                return $errors->add($place, 'The :attribute field must be an object.');
            }
            $kept = [];
            foreach (get_object_vars($value) as $name => $one) {
                if (!preg_match($names, (string) $name)) {
                    $errors->add($place, 'The :attribute field has a name that is not allowed.');
                    continue;
                }
                $kept[$name] = $item($one, "$place.$name", $errors);
            }
            return count($kept) > $max ? $errors->add($place, "The :attribute field must have at most $max entries.") : $kept;
        };
    }

    /**
     * The members of an object that have a rule, as far as they are sent; others are passed over.
     *
     * @param array<string, Closure> $fields
     * @param callable(stdClass): list<string> $required the members that must be there
     */
    public static function group(array $fields, callable $required): Closure
    {
        return function (mixed $value, string $place, Errors $errors) use ($fields, $required) {
            if (!$value instanceof stdClass) {
                return $errors->add($place, 'The :attribute field must be an object.');
            }
            $prefix = $place === '' ? '' : "$place.";
            $kept = [];
            foreach ($fields as $name => $rule) {
                if (property_exists($value, $name)) {
                    $kept[$name] = $rule($value->$name, $prefix . $name, $errors);
                } elseif (in_array($name, $required($value), true)) {
                    $errors->add($prefix . $name, 'The :attribute field is required.');
                }
            }
            return $kept;
        };
    }
}
