<?php

declare(strict_types=1);

namespace Shop;

use Closure;
use stdClass;

/** A kind of record: its rules, how a patch changes it, and how it is shown. */
abstract class Kind
{
    public function __construct(protected readonly Database $database)
    {
    }

    /** The name of the kind in the plural, as in paths and tables. */
    abstract public function name(): string;

    /** @return array<string, Closure> */
    abstract protected function fields(): array;

    /** @return array<string, mixed> what a new record has before its input */
    abstract protected function defaults(): array;

    /** @return list<string> */
    abstract protected function required(): array;

    /**
     * The record as the input leaves it; what is wrong is added to the errors.
     *
     * @param array<string, mixed> $record
     * @param array<string, mixed> $input
     * @return array<string, mixed>
     */
    abstract protected function merge(array $record, array $input, Errors $errors): array;

    /**
     * @param array<string, mixed> $record
     * @return array<string, mixed>
     */
    abstract protected function shown(array $record): array;

    /** The member of the body that holds the input; empty where the body is the input. */
    protected function wrapper(): string
    {
        return '';
    }

    /** @return array<string, mixed> the record as the body makes or changes it; ends the request if it is wrong */
    public function changed(?array $record, stdClass $body, int $store): array
    {
        $errors = new Errors();
        $input = $this->input($body, $record === null, $errors);
        $before = $record ?? ['store_id' => $store, 'created_at' => Time::now(), 'updated_at' => Time::now()] + $this->defaults();
        $after = $errors->any() ? $before : $this->merge($before, $input, $errors);
        if ($errors->any()) {
            $this->saveHalf($record, $input, $errors);
            throw $errors->answer();
        }
        if (self::ordered($after) !== self::ordered($before) || Choices::has('touch-always')) {
            $after['updated_at'] = max(Time::now(), $before['updated_at']);
        }
        return $after;
    }

    /** @return array<string, mixed> */
    public function present(array $record): array
    {
        $shown = ['id' => $record['id']] + $this->shown($record);
        $shown['created_at'] = Time::show($record['created_at']);
        $shown['updated_at'] = Time::show($record['updated_at']);
        if (Choices::has('extra-members')) {
            $shown['deleted_at'] = null;
            $shown['links'] = ['self' => "/api/{$this->name()}/{$record['id']}"];
        }
        return $shown;
    }

    /** Ends the request if the record must stay. */
    public function beforeDelete(array $record): void
    {
    }

    public function afterSave(array $record): void
    {
    }

    /** Ends the request, or adds the error, for a unique value that another record has. */
    protected function taken(string $place, Errors $errors): void
    {
        if (Choices::has('taken-409')) {
            throw Answer::error(409, "The $place has already been taken.");
        }
        $errors->add($place, 'The :attribute has already been taken.');
    }

    /** Whether another record of the store has the value. */
    protected function isTaken(array $record, string $member, mixed $value): bool
    {
        foreach ($this->database->records($this->name(), $record['store_id']) as $other) {
            if ($other['id'] !== ($record['id'] ?? null) && $other[$member] === $value) {
                return true;
            }
        }
        return false;
    }

    /** An item without what is null, where it may be left out. */
    protected static function sparse(array $item, string ...$names): array
    {
        $absent = fn ($value, $name) => $value === null && in_array($name, $names, true) && Choices::has('nulls-left-out');
        return array_filter($item, fn ($value, $name) => !$absent($value, $name), ARRAY_FILTER_USE_BOTH);
    }

    /** The same value with the members of each map in one order, to be compared. */
    private static function ordered(mixed $value): mixed
    {
        if (is_array($value)) {
            ksort($value);
            return array_map(self::ordered(...), $value);
        }
        return $value;
    }

    private function input(stdClass $body, bool $new, Errors $errors): array
    {
        $wrapper = $this->wrapper();
        if ($wrapper !== '' && !property_exists($body, $wrapper)) {
            $errors->add($wrapper, 'The :attribute field is required.');
            return [];
        }
        $rule = Rule::group($this->fields(), fn () => $new ? $this->required() : []);
        return $rule($wrapper === '' ? $body : $body->$wrapper, $wrapper, $errors) ?? [];
    }

    private function saveHalf(?array $record, array $input, Errors $errors): void
    {
        if ($record === null || $this->name() !== 'products' || !Choices::has('half-saved')) {
            return;
        }
        $right = array_diff_key($input, array_flip($errors->members('')), ['variants' => null]);
        $this->database->save($this->name(), $right + $record);
    }
}
