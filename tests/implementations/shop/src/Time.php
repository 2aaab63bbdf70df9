<?php

declare(strict_types=1);

namespace Shop;

/** Times and days: kept as "2027-01-31T12:00:00", in UTC, and as "2027-01-31". */
final class Time
{
    private const DATE_TIME = '/^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i';

    public static function now(): string
    {
        return gmdate('Y-m-d\TH:i:s');
    }

    /** The time that a text of RFC 3339 tells, or null for another text. */
    public static function parse(string $text): ?string
    {
        if (!preg_match(self::DATE_TIME, $text, $found) || !checkdate((int) $found[2], (int) $found[3], (int) $found[1])) {
            return null;
        }
        if (Choices::has('offset-dropped')) {
            return substr(strtoupper($text), 0, 19);
        }
        $time = new \DateTimeImmutable(strtoupper($text));
        $kept = $time->setTimezone(new \DateTimeZone('UTC'))->format('Y-m-d\TH:i:s');
        return strlen($kept) === 19 && $kept[0] !== '-' ? $kept : null;
    }

    /** The day that a text of RFC 3339 tells, or null for another text. */
    public static function day(string $text): ?string
    {
        if (!preg_match('/^(\d{4})-(\d\d)-(\d\d)$/D', $text, $found)) {
            return null;
        }
        if (Choices::has('birthday-rolls-over') && (int) $found[2] <= 12 && (int) $found[3] <= 31) {
            return (new \DateTimeImmutable($text))->format('Y-m-d');
        }
        return checkdate((int) $found[2], (int) $found[3], (int) $found[1]) ? $text : null;
    }

    public static function show(?string $kept): ?string
    {
        if ($kept === null) {
            return null;
        }
        $fraction = Choices::has('microseconds') ? '.000000' : '';
        return $kept . $fraction . (Choices::has('zero-offset') ? '+00:00' : 'Z');
    }
}
