<?php

declare(strict_types=1);

namespace Shop;

/** The data that the service begins with: two stores, a token for each and one that only reads. */
final class Seed
{
    public const TOKEN = 'st_1_8rJ0vYqT5mXw';
    public const OTHER_TOKEN = 'st_2_Zk4nB7cLh2Pd';
    private const READ_TOKEN = 'st_1_read_Qe6sUa9f';
    private const TIMES = ['created_at' => '2026-03-02T09:15:00', 'updated_at' => '2026-10-19T16:40:12'];

    public function __construct(private readonly Database $database)
    {
    }

    public function run(): void
    {
        foreach ([[self::TOKEN, 1, 'read,write'], [self::OTHER_TOKEN, 2, 'read,write'], [self::READ_TOKEN, 1, 'read']] as $token) {
            $this->database->rows('INSERT INTO tokens VALUES (?, ?, ?)', ...$token);
        }
        $this->products();
        $this->customers();
        $this->coupons();
    }

    private function products(): void
    {
        $this->product(1001, 1, 'Linen shirt', 'LIN', ['linen', 'summer', 'men'], 0.32);
        $this->product(1002, 1, 'Wool scarf', 'SCA', ['winter', 'wool'], 0.18);
        $this->product(1003, 2, 'Oak chair', 'OAK', ['oak', 'dining'], 6.4);
        $this->product(1004, 2, 'Desk lamp', 'LMP', ['light'], 1.25);
    }

    private function product(int $id, int $store, string $name, string $sku, array $tags, float $weight): void
    {
        $variants = [];
        foreach ([['S', 3990, null, 12], ['M', 3990, 4990, 31], ['L', 4290, 5290, 7]] as $position => [$size, $price, $former, $stock]) {
            $variants[] = [
                'id' => 3 * $id + $position + 2000, 'sku' => "$sku-$size", 'price' => $price, 'compare_at_price' => $former,
                'stock' => $stock, 'barcode' => (string) (4006381333000 + 10 * $id + $position),
                'options' => ['size' => $size, 'colour' => 'Sand'],
            ];
        }
        $slug = strtolower(strtr($name, ' ', '-'));
        $images = [
            ['url' => "https://cdn.shop.example/$slug/front.jpg", 'alt' => "$name, front"],
            ['url' => "https://cdn.shop.example/$slug/detail.jpg", 'alt' => null],
        ];
        $description = "$name, made in Portugal.";
        $status = 'active';
        $this->database->save('products', compact('id', 'name', 'description', 'status', 'weight', 'tags', 'variants', 'images')
            + ['store_id' => $store] + self::TIMES);
    }

    private function customers(): void
    {
        $this->customer(201, 1, 'Ada', 'Marsh', 'en', ['12 Mill Lane', 'Bath', 'BA1 2AB', 'GB']);
        $this->customer(202, 1, 'Jonas', 'Weber', 'de', ['Hafenstr. 4', 'Kiel', '24103', 'DE']);
        $this->customer(203, 2, 'Lise', 'Moreau', 'fr', ['8 rue Haute', 'Lille', '59000', 'FR']);
        $this->customer(204, 2, 'Piet', 'Visser', 'nl', ['Singel 51', 'Leiden', '2311 AX', 'NL']);
    }

    private function customer(int $id, int $store, string $first, string $last, string $locale, array $place): void
    {
        $address = array_combine(['line1', 'city', 'postal_code', 'country'], $place) + ['line2' => null];
        $this->database->save('customers', [
            'id' => $id, 'store_id' => $store, 'email' => strtolower("$first.$last@example.org"), 'first_name' => $first,
            'last_name' => $last, 'phone' => '+44207946' . (800 + $id), 'birthday' => '1988-04-17', 'locale' => $locale,
            'marketing' => ['email' => true, 'sms' => false, 'consented_at' => '2026-05-04T08:00:00'],
            'addresses' => [
                ['id' => 2 * $id, 'type' => 'shipping', 'is_default' => true] + $address,
                ['id' => 2 * $id + 1, 'type' => 'billing', 'is_default' => false, 'line2' => 'Second floor'] + $address,
            ],
            'notes' => 'Rings twice.', 'tier' => 'silver',
        ] + self::TIMES);
    }

    private function coupons(): void
    {
        $this->coupon(71, 1, 'SPRING27', 'percentage', 15, [1001]);
        $this->coupon(72, 1, 'WELCOME5', 'amount', 500, []);
        $this->coupon(73, 2, 'OAKWEEK', 'percentage', 10, [1003]);
        $this->coupon(74, 2, 'LIGHT10', 'amount', 1000, [1004]);
    }

    private function coupon(int $id, int $store, string $code, string $type, int $value, array $products): void
    {
        $this->database->save('coupons', [
            'id' => $id, 'store_id' => $store, 'code' => $code, 'description' => 'For the newsletter.', 'type' => $type,
            'value' => $value, 'minimum_amount' => 2500, 'starts_at' => '2027-03-01T00:00:00', 'ends_at' => '2027-03-31T22:00:00',
            'usage_limit' => 400, 'used_count' => 12, 'active' => true, 'product_ids' => $products,
        ] + self::TIMES);
    }
}
