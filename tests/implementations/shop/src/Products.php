<?php

declare(strict_types=1);

namespace Shop;

use Closure;
use stdClass;

final class Products extends Kind
{
    public function name(): string
    {
        return 'products';
    }

    protected function fields(): array
    {
        $image = [
            'url' => Rule::text(255, pattern: '~^https://[a-z0-9.-]+/[A-Za-z0-9._\~/-]*$~D'),
            'alt' => Rule::nullable(Rule::text(120)),
        ];
        return [
            'name' => Rule::text(120),
            'description' => Rule::nullable(Rule::text(2000)),
            'status' => Rule::oneOf('draft', 'active', 'archived'),
            'weight' => Rule::nullable(Rule::thousandths(0, 1000)),
            'tags' => Rule::listOf(Rule::text(30), max: 10, distinct: true),
            'variants' => Rule::listOf(self::variant(), max: 20, min: 1),
            'images' => Rule::listOf(Rule::group($image, fn () => ['url']), max: 10),
        ];
    }

    private static function variant(): Closure
    {
        $fields = [
            'id' => Rule::whole(1, PHP_INT_MAX),
            'sku' => Rule::text(32, min: 3, pattern: '/^[A-Z0-9]+(-[A-Z0-9]+)*$/D'),
            'price' => Rule::whole(0, 10_000_000),
            'compare_at_price' => Rule::nullable(Rule::whole(0, 10_000_000)),
            'stock' => Rule::whole(0, 1_000_000),
            'barcode' => Rule::nullable(Rule::text(14, pattern: '/^[0-9]{8,14}$/D')),
            'options' => Rule::map(Rule::text(40), max: 3, names: '/^[a-z][a-z_]{0,19}$/D'),
        ];
        return Rule::group($fields, fn (stdClass $item) => isset($item->id) ? [] : ['sku', 'price']);
    }

    protected function required(): array
    {
        return ['name', 'variants'];
    }

    protected function defaults(): array
    {
        return ['name' => '', 'description' => null, 'status' => 'draft', 'weight' => null, 'tags' => [], 'variants' => [], 'images' => []];
    }

    protected function merge(array $record, array $input, Errors $errors): array
    {
        if (isset($input['variants'])) {
            $input['variants'] = $this->synced($record, $input['variants'], $errors);
            $this->checkSkus($record, $input['variants'], $errors);
        }
        if (isset($input['images'])) {
            $images = array_map(fn ($image) => $image + ['alt' => null], $input['images']);
            $input['images'] = Choices::has('images-appended') ? [...$record['images'], ...$images] : $images;
        }
        if (isset($input['status']) && !array_key_exists('description', $input) && Choices::has('description-nulled-with-status')) {
            $input['description'] = null;
        }
        if ($record['status'] === 'archived' && Choices::has('archived-stays')) {
            unset($input['status']);
        }
        return array_replace($record, $input);
    }

    /**
     * The variants as the list tells them: those with an id keep what is left out, the others are new.
     *
     * @param list<array<string, mixed>> $items
     * @return list<array<string, mixed>>
     */
    private function synced(array $record, array $items, Errors $errors): array
    {
        $standing = array_column($record['variants'], null, 'id');
        $synced = [];
        foreach ($items as $position => $item) {
            $id = $item['id'] ?? null;
            if ($id !== null && !isset($standing[$id])) {
                $errors->add("variants.$position.id", 'The selected :attribute is invalid.');
                continue;
            }
            $before = $id === null ? self::newVariant() : $standing[$id];
            $synced[] = array_replace($before, self::patched($item, $position, $id !== null));
            unset($standing[$id]);
        }
        return $errors->any() ? $synced : $this->numbered($synced);
    }

    private static function newVariant(): array
    {
        return ['id' => null, 'sku' => '', 'price' => 0, 'compare_at_price' => null, 'stock' => 0, 'barcode' => null, 'options' => []];
    }

    private static function patched(array $item, int $position, bool $stands): array
    {
        if ($stands && ($item['stock'] ?? null) === 0 && Choices::has('stock-zero-ignored')) {
            unset($item['stock']);
        }
        if ($position > 0 && Choices::has('later-variant-loses-former-price')) {
            $item += ['compare_at_price' => null];
        }
        return $item;
    }

    private function numbered(array $variants): array
    {
        return array_map(fn ($variant) => ['id' => $variant['id'] ?? $this->database->next('variants')] + $variant, $variants);
    }

    private function checkSkus(array $record, array $variants, Errors $errors): void
    {
        $elsewhere = [];
        foreach ($this->database->records('products', $record['store_id']) as $other) {
            if ($other['id'] !== ($record['id'] ?? null)) {
                array_push($elsewhere, ...array_column($other['variants'], 'sku'));
            }
        }
        foreach (array_column($variants, 'sku') as $position => $sku) {
            if (in_array($sku, $elsewhere, true)) {
                $this->taken("variants.$position.sku", $errors);
            }
            if (in_array($sku, array_slice(array_column($variants, 'sku'), 0, $position), true)) {
                $errors->add("variants.$position.sku", 'The :attribute field has a duplicate value.');
            }
        }
    }

    protected function shown(array $record): array
    {
        $variants = $record['variants'];
        if (Choices::has('variants-by-sku')) {
            usort($variants, fn ($one, $other) => $one['sku'] <=> $other['sku']);
        }
        $tags = $record['tags'];
        if (Choices::has('tags-sorted')) {
            sort($tags, SORT_STRING);
        }
        return [
            'name' => $record['name'],
            'description' => $record['description'],
            'status' => $record['status'],
            'weight' => $record['weight'],
            'tags' => $tags,
            'variants' => array_map(self::shownVariant(...), $variants),
            'images' => $record['images'],
        ];
    }

    private static function shownVariant(array $variant): array
    {
        if ($variant['options'] !== [] || !Choices::has('options-empty-list')) {
            $variant['options'] = (object) $variant['options'];
        }
        return self::sparse($variant, 'compare_at_price', 'barcode');
    }

    public function beforeDelete(array $record): void
    {
        foreach ($this->database->records('coupons', $record['store_id']) as $coupon) {
            if (in_array($record['id'], $coupon['product_ids'], true)) {
                throw Answer::error(409, "The coupon {$coupon['code']} names this product.");
            }
        }
    }
}
