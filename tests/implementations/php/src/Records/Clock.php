<?php

declare(strict_types=1);

namespace Babyland\Records;

final class Clock
{
    public const FORMAT = 'Y-m-d\TH:i:s.uP';

    public static function now(): string
    {
        return (new \DateTimeImmutable('now', new \DateTimeZone('Europe/Berlin')))->format(self::FORMAT);
    }
}
