<?php

declare(strict_types=1);

namespace Babyland\Patches;

use Babyland\Switches;

/** Faults between the checks and the database. The honest service passes the changes through. */
final class WriteFaults
{
    /** @var array<string, array{string, \Closure(mixed): mixed}> fault => [field, what becomes of its value] */
    private readonly array $values;

    public function __construct(private readonly Switches $switches)
    {
        $this->values = [
            'last-name-html-escaped' => ['last_name', fn ($value) => htmlspecialchars($value, ENT_QUOTES)],
            'first-name-apostrophe-doubled' => ['first_name', fn ($value) => str_replace("'", "''", $value)],
            'first-name-utf8mb3' => ['first_name', fn ($value) => preg_replace('/[\x{10000}-\x{10ffff}].*/su', '', $value)],
            'last-name-cut-at-100' => ['last_name', fn ($value) => mb_substr($value, 0, 100)],
            'empty-first-name-null' => ['first_name', fn ($value) => $value === '' ? null : $value],
            'phone-int-cast' => ['phone', fn ($value) => ctype_digit($value ?? '') ? (string) (int) $value : $value],
            'phone-null-as-empty' => ['phone', fn ($value) => (string) $value],
            'gender-o-stored-as-n' => ['gender', fn ($value) => $value === 'O' ? 'N' : $value],
            'email-cut-at-50' => ['email', fn ($value) => substr($value, 0, 50)],
            'addressline-tags-stripped' => ['address.addressline', fn ($value) => $value === null ? null : strip_tags($value)],
            'city-encoded-twice' => ['address.city', fn ($value) => mb_convert_encoding($value, 'UTF-8', 'ISO-8859-1')],
            'province-ascii-only' => ['address.province', fn ($value) => preg_replace('/[^\x20-\x7e]/u', '?', $value)],
            'address-name-title-case' => ['address.name', fn ($value) => mb_convert_case($value, MB_CASE_TITLE)],
            'address-phone-plus-lost' => ['address.phone', fn ($value) => $value === null ? null : urldecode($value)],
        ];
    }

    /**
     * @param array<string, mixed> $changes
     * @param array<string, mixed> $record
     * @return array<string, mixed>
     */
    public function apply(array $changes, array $record): array
    {
        foreach ($this->values as $fault => [$field, $become]) {
            if ($this->switches->fault($fault)) {
                $changes = $this->become($changes, $field, $become);
            }
        }
        $changes = $this->dropped($this->added($changes));
        return isset($changes['address']) ? $this->address($changes, $record['address']) : $changes;
    }

    /**
     * @param array<string, mixed> $changes
     * @return array<string, mixed>
     */
    private function become(array $changes, string $field, \Closure $become): array
    {
        $member = explode('.', $field)[1] ?? null;
        if ($member === null && array_key_exists($field, $changes)) {
            $changes[$field] = $become($changes[$field]);
        }
        if ($member !== null && array_key_exists($member, $changes['address'] ?? [])) {
            $changes['address'][$member] = $become($changes['address'][$member]);
        }
        return $changes;
    }

    /**
     * @param array<string, mixed> $changes
     * @return array<string, mixed>
     */
    private function added(array $changes): array
    {
        if ($changes === []) {
            return $changes;
        }
        return match (true) {
            $this->switches->fault('phone-null-when-absent') => $changes + ['phone' => null],
            $this->switches->fault('is-active-default-applied') => $changes + ['is_active' => true],
            $this->switches->fault('country-default-applied')
                => array_replace_recursive(['address' => ['country' => 'Nepal']], $changes),
            $this->switches->fault('names-swapped') && isset($changes['first_name'], $changes['last_name']) => [
                ...$changes, 'first_name' => mb_substr($changes['last_name'], 0, 30), 'last_name' => $changes['first_name'],
            ],
            default => $changes,
        };
    }

    /**
     * @param array<string, mixed> $changes
     * @return array<string, mixed>
     */
    private function dropped(array $changes): array
    {
        $drops = [
            'phone-null-ignored' => ['phone', !isset($changes['phone'])],
            'is-active-false-ignored' => ['is_active', empty($changes['is_active'])],
            'first-name-zero-ignored' => ['first_name', empty($changes['first_name'])],
            'gender-elseif-email' => ['gender', isset($changes['email'])],
        ];
        foreach ($drops as $fault => [$field, $applies]) {
            if ($applies && $this->switches->fault($fault)) {
                unset($changes[$field]);
            }
        }
        return $changes;
    }

    /**
     * @param array<string, mixed> $changes
     * @param array<string, mixed> $stored
     * @return array<string, mixed>
     */
    private function address(array $changes, array $stored): array
    {
        $given = $changes['address'];
        if ($this->switches->fault('address-phone-overwrites-phone') && array_key_exists('phone', $given)) {
            $changes['phone'] = $given['phone'];
        }
        $changes['address'] = match (true) {
            $this->switches->fault('addressline-null-filtered') => array_filter($given),
            $this->switches->fault('address-blanked') => $given + array_fill_keys(Fields::MANDATORY_IN_ADDRESS, ''),
            $this->switches->fault('country-only-with-province') && !isset($given['province'])
                => array_diff_key($given, ['country' => 0]),
            $this->switches->fault('street-escaped-again') => [
                ...$given, 'street' => htmlspecialchars($given['street'] ?? $stored['street'], ENT_NOQUOTES),
            ],
            default => $given,
        };
        return $changes;
    }
}
