<?php

declare(strict_types=1);

namespace Babyland\Patches;

use Babyland\Records\Customers;
use Babyland\Switches;

/** Checks a whole patch: what is to be changed, and what was wrong by field. */
final class Validator
{
    public function __construct(
        private readonly Switches $switches,
        private readonly ValueRules $rules,
        private readonly Messages $messages,
        private readonly Customers $customers,
    ) {
    }

    /**
     * @param array<string, mixed> $record the customer as stored
     * @return array{array<string, mixed>, array<string, mixed>} changes and errors; of the address, the given members
     */
    public function check(\stdClass $patch, array $record): array
    {
        $values = (array) $patch;
        [$changes, $errors] = $this->each(array_diff_key($values, ['address' => 0]), Fields::CUSTOMER, '');
        $errors += $this->strictness($values, [...array_keys(Fields::CUSTOMER), 'address'], Fields::READ_ONLY);
        if (isset($changes['email']) && $this->taken($changes['email'], $record['id'])) {
            unset($changes['email']);
            $errors['email'] = [$this->messages->say('taken')];
        }
        if (array_key_exists('address', $values)) {
            [$address, $wrong] = $this->address($values['address']);
            $changes += $address ? ['address' => $address] : [];
            $errors += $wrong ? ['address' => $wrong] : [];
        }
        if ($values === [] && $this->switches->variant('empty-patch-refused')) {
            $errors['non_field_errors'] = [$this->messages->say('empty')];
        }
        return [$changes, $errors];
    }

    /**
     * @param array<string, mixed> $values
     * @param array<string, array<string, mixed>> $fields
     * @return array{array<string, mixed>, array<string, list<string>>}
     */
    private function each(array $values, array $fields, string $prefix): array
    {
        $changes = $errors = [];
        foreach (array_intersect_key($values, $fields) as $name => $value) {
            try {
                $changes[$name] = $this->rules->clean($prefix . $name, $fields[$name], $value);
            } catch (Refused $refused) {
                $errors[$name] = [$refused->getMessage()];
            }
        }
        return [$changes, $errors];
    }

    /** @return array{array<string, mixed>, array<string, mixed>} */
    private function address(mixed $value): array
    {
        if (is_array($value) && $this->switches->fault('address-list-accepted')) {
            return [[], []];
        }
        if (!$value instanceof \stdClass) {
            return [[], [$this->messages->say($value === null ? 'null' : 'object')]];
        }
        $members = (array) $value;
        [$changes, $errors] = $this->each($members, Fields::ADDRESS, 'address.');
        $errors += $this->strictness($members, array_keys(Fields::ADDRESS), []);
        if ($this->switches->variant('address-must-be-complete') || $this->switches->variant('address-replaced')) {
            $missing = array_diff(Fields::MANDATORY_IN_ADDRESS, array_keys($members));
            $errors += array_fill_keys($missing, [$this->messages->say('required')]);
        }
        if ($this->switches->variant('address-replaced')) {
            $changes += ['addressline' => null, 'phone' => '', 'country' => 'Nepal'];
        }
        return [$changes, $errors];
    }

    /**
     * @param array<string, mixed> $values
     * @param list<string> $writable
     * @param list<string> $readOnly
     * @return array<string, list<string>>
     */
    private function strictness(array $values, array $writable, array $readOnly): array
    {
        $others = array_diff(array_map('strval', array_keys($values)), $writable);
        $errors = [];
        foreach ($others as $name) {
            $known = in_array($name, $readOnly, true);
            if ($this->switches->variant($known ? 'read-only-refused' : 'unknown-refused')) {
                $errors[$name] = [$this->messages->say($known ? 'read-only' : 'unknown')];
            }
        }
        return $errors;
    }

    private function taken(string $email, int $id): bool
    {
        if ($this->switches->variant('email-unchecked')) {
            return false;
        }
        return $this->customers->emailTaken($email, $this->switches->fault('own-email-taken') ? 0 : $id);
    }
}
