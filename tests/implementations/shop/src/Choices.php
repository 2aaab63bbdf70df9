<?php

declare(strict_types=1);

namespace Shop;

/** The faults and variants that can be asked for, and which of them this process has. */
final class Choices
{
    /** Name => [family, field, description]. */
    public const FAULTS = [
        'description-nulled-with-status' => ['partial update', 'description', 'A patch with status and without description sets description to null'],
        'marketing-replaced' => ['partial update', 'marketing', 'The flag that a patch of marketing leaves out becomes false'],
        'later-variant-loses-former-price' => ['partial update', 'variants.compare_at_price', 'From the second variant on, a compare_at_price that is left out becomes null'],
        'ends-at-cleared' => ['partial update', 'ends_at', 'A patch with starts_at and without ends_at sets ends_at to null'],
        'images-appended' => ['idempotence', 'images', 'The images of a patch are added to those that stand'],
        'status-any-case' => ['enum', 'status', 'A status in another case is taken, and kept as it was sent'],
        'archived-stays' => ['enum', 'status', 'An archived product keeps its status, whatever is sent, and the answer is 200'],
        'name-counted-in-bytes' => ['limits', 'name', 'The length of the name is counted in bytes'],
        'stock-zero-ignored' => ['limits', 'variants.stock', 'A stock of 0 for a variant that exists is passed over'],
        'ends-before-starts' => ['limits', 'ends_at', 'The order of the two times is checked only when both are sent'],
        'active-cast' => ['types', 'active', 'Texts and numbers are taken for active and cast to a boolean'],
        'price-numeric-string' => ['types', 'variants.price', 'A text of digits is taken for a price and cast'],
        'phone-null-ignored' => ['null', 'phone', 'A phone of null is passed over'],
        'last-name-null' => ['null', 'last_name', 'A last_name of null is kept and shown'],
        'birthday-rolls-over' => ['format', 'birthday', 'A day that the month does not have becomes one of the next month'],
        'offset-dropped' => ['format', 'starts_at', 'The offset of a time is dropped: the clock time is kept as UTC'],
        'used-count-writable' => ['read-only', 'used_count', 'A used_count that is sent is kept'],
        'half-saved' => ['atomicity', 'name', 'The members of a product that are right are saved though others are refused'],
        'default-cleared-elsewhere' => ['isolation', 'addresses.is_default', 'A default address clears the flag at the addresses of all other customers'],
        'errors-as-texts' => ['error envelope', 'errors', 'A single error of a member is a text and not a list'],
        'coupon-without-token' => ['authentication', '', 'PATCH of a coupon asks for no token'],
        'text-plain-accepted' => ['negotiation', '', 'PATCH of a product takes a body of any media type for JSON'],
        'later-variant-unchecked' => ['nested items', 'variants', 'Limits of numbers are checked in the first variant only'],
        'options-empty-list' => ['nested items', 'variants.options', 'A map without options is shown as an empty list'],
    ];

    /** Name => description. */
    public const VARIANTS = [
        'first-error-only' => 'Only the first member that is wrong is named',
        'extra-members' => 'Answers have members that the document does not tell of',
        'microseconds' => 'Times are answered with a fraction of zeros',
        'zero-offset' => 'Times are answered with +00:00 instead of Z',
        'touch-always' => 'updated_at moves with each patch, also with one that changes nothing',
        'foreign-403' => 'Records of another store are answered 403 instead of 404',
        'etags' => 'Answers have an ETag, and If-Match and If-None-Match are kept',
        'tags-sorted' => 'Tags are answered in alphabetical order',
        'variants-by-sku' => 'Variants are answered by SKU and not as they were sent',
        'short-window' => 'A plan of 1200 requests a minute, given in windows of two seconds; Retry-After is a date',
        'nulls-left-out' => 'Where the document leaves it open, members that are null are left out of answers',
        'taken-409' => 'A unique value that is taken is answered 409 instead of 422',
    ];

    /** @var list<string>|null */
    private static ?array $chosen = null;

    public static function has(string $name): bool
    {
        self::$chosen ??= explode(',', (string) getenv('SHOP_CHOICES'));
        return in_array($name, self::$chosen, true);
    }

    /** @return list<array<string, string>> */
    public static function faults(): array
    {
        $shown = [];
        foreach (self::FAULTS as $name => [$family, $field, $description]) {
            $shown[] = compact('name', 'family', 'field', 'description');
        }
        return $shown;
    }

    /** @return list<array<string, string>> */
    public static function variants(): array
    {
        $shown = [];
        foreach (self::VARIANTS as $name => $description) {
            $shown[] = compact('name', 'description');
        }
        return $shown;
    }
}
