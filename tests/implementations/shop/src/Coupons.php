<?php

declare(strict_types=1);

namespace Shop;

final class Coupons extends Kind
{
    public function name(): string
    {
        return 'coupons';
    }

    protected function wrapper(): string
    {
        return 'data';
    }

    protected function fields(): array
    {
        $time = Rule::read(Time::parse(...), 'The :attribute field must be a valid date-time.');
        $fields = [
            'code' => Rule::text(20, min: 4, pattern: '/^[A-Za-z0-9]+$/D'),
            'description' => Rule::nullable(Rule::text(255)),
            'type' => Rule::oneOf('percentage', 'amount'),
            'value' => Rule::whole(1, 1_000_000),
            'minimum_amount' => Rule::nullable(Rule::whole(0, 10_000_000)),
            'starts_at' => $time,
            'ends_at' => Rule::nullable($time),
            'usage_limit' => Rule::nullable(Rule::whole(1, 100_000)),
            'active' => Rule::flag(),
            'product_ids' => Rule::listOf(Rule::whole(1, PHP_INT_MAX), max: 20, distinct: true),
        ];
        return $fields + (Choices::has('used-count-writable') ? ['used_count' => Rule::whole(0, PHP_INT_MAX)] : []);
    }

    protected function required(): array
    {
        return ['code', 'type', 'value', 'starts_at'];
    }

    protected function defaults(): array
    {
        return [
            'code' => '', 'description' => null, 'type' => 'amount', 'value' => 1, 'minimum_amount' => null, 'starts_at' => '',
            'ends_at' => null, 'usage_limit' => null, 'used_count' => 0, 'active' => false, 'product_ids' => [],
        ];
    }

    protected function merge(array $record, array $input, Errors $errors): array
    {
        if (isset($input['code'])) {
            $input['code'] = strtoupper($input['code']);
        }
        if (isset($input['starts_at']) && Choices::has('ends-at-cleared')) {
            $input += ['ends_at' => null];
        }
        $after = array_replace($record, $input);
        if ($after['code'] !== $record['code'] && $this->isTaken($record, 'code', $after['code'])) {
            $this->taken('data.code', $errors);
        }
        $this->checkTimes($after, $input, $errors);
        if ($after['type'] === 'percentage' && $after['value'] > 100) {
            $errors->add(isset($input['value']) ? 'data.value' : 'data.type', 'The :attribute field does not suit: at most 100 percent.');
        }
        if (isset($after['usage_limit'], $input['usage_limit']) && $after['usage_limit'] < $after['used_count']) {
            $errors->add('data.usage_limit', 'The :attribute field must not be below used_count.');
        }
        $this->checkProducts($record, $input['product_ids'] ?? [], $errors);
        return $after;
    }

    private function checkTimes(array $after, array $input, Errors $errors): void
    {
        if (Choices::has('ends-before-starts') && !isset($input['starts_at'], $input['ends_at'])) {
            return;
        }
        if ($after['ends_at'] !== null && $after['ends_at'] <= $after['starts_at']) {
            $place = isset($input['ends_at']) ? 'data.ends_at' : 'data.starts_at';
            $errors->add($place, 'The :attribute field does not suit: ends_at must be later than starts_at.');
        }
    }

    private function checkProducts(array $record, array $ids, Errors $errors): void
    {
        $known = array_column($this->database->records('products', $record['store_id']), 'id');
        foreach ($ids as $position => $id) {
            if (!in_array($id, $known, true)) {
                $errors->add("data.product_ids.$position", 'The selected :attribute is invalid.');
            }
        }
    }

    protected function shown(array $record): array
    {
        return [
            'code' => $record['code'],
            'description' => $record['description'],
            'type' => $record['type'],
            'value' => $record['value'],
            'minimum_amount' => $record['minimum_amount'],
            'starts_at' => Time::show($record['starts_at']),
            'ends_at' => Time::show($record['ends_at']),
            'usage_limit' => $record['usage_limit'],
            'used_count' => $record['used_count'],
            'active' => $record['active'],
            'product_ids' => $record['product_ids'],
        ];
    }
}
