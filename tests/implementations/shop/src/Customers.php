<?php

declare(strict_types=1);

namespace Shop;

use Closure;

final class Customers extends Kind
{
    public function name(): string
    {
        return 'customers';
    }

    protected function fields(): array
    {
        $marketing = ['email' => Rule::flag(), 'sms' => Rule::flag()];
        $lastName = Rule::text(60);
        return [
            'email' => Rule::read(self::email(...), 'The :attribute field must be a valid email address.'),
            'first_name' => Rule::text(60),
            'last_name' => Choices::has('last-name-null') ? Rule::nullable($lastName) : $lastName,
            'phone' => Rule::nullable(Rule::read(self::phone(...), 'The :attribute field must be an international phone number.')),
            'birthday' => Rule::nullable(Rule::read(self::birthday(...), 'The :attribute field must be a day in the past.')),
            'locale' => Rule::oneOf('en', 'de', 'fr', 'nl'),
            'marketing' => Rule::group($marketing, fn () => []),
            'addresses' => Rule::listOf(self::address(), max: 5),
            'notes' => Rule::nullable(Rule::text(500)),
        ];
    }

    private static function address(): Closure
    {
        $fields = [
            'id' => Rule::whole(1, PHP_INT_MAX),
            'type' => Rule::oneOf('shipping', 'billing'),
            'line1' => Rule::text(80),
            'line2' => Rule::nullable(Rule::text(80)),
            'city' => Rule::text(60),
            'postal_code' => Rule::text(10, pattern: '/^[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]$/D'),
            'country' => Rule::oneOf('GB', 'IE', 'DE', 'FR', 'NL', 'BE'),
            'is_default' => Rule::flag(),
        ];
        return Rule::group($fields, fn () => ['type', 'line1', 'city', 'postal_code', 'country']);
    }

    private static function email(string $text): ?string
    {
        $known = mb_strlen($text) <= 254 && filter_var($text, FILTER_VALIDATE_EMAIL);
        return $known ? mb_strtolower($text) : null;
    }

    private static function phone(string $text): ?string
    {
        return preg_match('/^\+[1-9]([ .-]?[0-9]){6,14}$/D', $text) ? str_replace([' ', '.', '-'], '', $text) : null;
    }

    private static function birthday(string $text): ?string
    {
        $day = Time::day($text);
        return $day !== null && $day >= '1900-01-01' && $day < gmdate('Y-m-d') ? $day : null;
    }

    protected function required(): array
    {
        return ['email', 'first_name', 'last_name'];
    }

    protected function defaults(): array
    {
        return [
            'email' => '', 'first_name' => '', 'last_name' => '', 'phone' => null, 'birthday' => null, 'locale' => 'en',
            'marketing' => ['email' => false, 'sms' => false, 'consented_at' => null], 'addresses' => [], 'notes' => null,
            'tier' => 'standard',
        ];
    }

    protected function merge(array $record, array $input, Errors $errors): array
    {
        if (array_key_exists('phone', $input) && $input['phone'] === null && Choices::has('phone-null-ignored')) {
            unset($input['phone']);
        }
        if (isset($input['marketing'])) {
            $input['marketing'] = self::consented($record['marketing'], $input['marketing']);
        }
        if (isset($input['addresses'])) {
            $input['addresses'] = $this->addresses($record, $input['addresses'], $errors);
        }
        $after = array_replace($record, $input);
        if ($after['marketing']['sms'] && $after['phone'] === null) {
            $errors->add(isset($input['marketing']['sms']) ? 'marketing.sms' : 'phone', 'Text messages need a phone: see :attribute.');
        }
        if ($after['email'] !== $record['email'] && $this->isTaken($record, 'email', $after['email'])) {
            $this->taken('email', $errors);
        }
        return $after;
    }

    private static function consented(array $before, array $input): array
    {
        $flags = ['email' => $before['email'], 'sms' => $before['sms']];
        $after = array_replace(Choices::has('marketing-replaced') ? ['email' => false, 'sms' => false] : $flags, $input);
        $given = ($after['email'] && !$before['email']) || ($after['sms'] && !$before['sms']);
        $after['consented_at'] = $given ? Time::now() : $before['consented_at'];
        return $after['email'] || $after['sms'] ? $after : array_replace($after, ['consented_at' => null]);
    }

    private function addresses(array $record, array $items, Errors $errors): array
    {
        $known = array_column($record['addresses'], 'id');
        if (count(array_filter(array_column($items, 'is_default'))) > 1) {
            $errors->add('addresses', 'At most one of the :attribute can be the default.');
        }
        foreach (array_column($items, 'id') as $position => $id) {
            if (!in_array($id, $known, true)) {
                $errors->add("addresses.$position.id", 'The selected :attribute is invalid.');
            }
            $known = array_diff($known, [$id]);
        }
        $complete = fn ($item) => array_replace(['id' => null, 'line2' => null, 'is_default' => false], $item);
        return $errors->any() ? [] : array_map(fn ($item) => $this->numbered($complete($item)), $items);
    }

    private function numbered(array $address): array
    {
        return ['id' => $address['id'] ?? $this->database->next('addresses')] + $address;
    }

    public function afterSave(array $record): void
    {
        $given = array_filter(array_column($record['addresses'], 'is_default'));
        if ($given === [] || !Choices::has('default-cleared-elsewhere')) {
            return;
        }
        foreach ($this->database->records('customers') as $other) {
            if ($other['id'] !== $record['id']) {
                $other['addresses'] = array_map(fn ($address) => array_replace($address, ['is_default' => false]), $other['addresses']);
                $this->database->save('customers', $other);
            }
        }
    }

    protected function shown(array $record): array
    {
        $marketing = $record['marketing'];
        return [
            'email' => $record['email'],
            'first_name' => $record['first_name'],
            'last_name' => $record['last_name'],
            'phone' => $record['phone'],
            'birthday' => $record['birthday'],
            'locale' => $record['locale'],
            'marketing' => array_replace($marketing, ['consented_at' => Time::show($marketing['consented_at'])]),
            'addresses' => array_map(fn ($address) => self::sparse($address, 'line2'), $record['addresses']),
            'notes' => $record['notes'],
            'tier' => $record['tier'],
        ];
    }
}
