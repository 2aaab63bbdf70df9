<?php

declare(strict_types=1);

namespace Babyland;

/** Which faults and which conforming variants are on. */
final class Switches
{
    /**
     * @param list<string> $faults
     * @param list<string> $variants
     */
    public function __construct(private readonly array $faults, private readonly array $variants)
    {
        self::check('fault', $faults);
        self::check('variant', $variants);
    }

    /** @return list<array<string, string>> */
    public static function catalogue(string $kind): array
    {
        return require __DIR__ . "/../catalogue/{$kind}s.php";
    }

    public function fault(string $name): bool
    {
        return in_array($name, $this->faults, true);
    }

    public function variant(string $name): bool
    {
        return in_array($name, $this->variants, true);
    }

    /** @param list<string> $names */
    private static function check(string $kind, array $names): void
    {
        foreach (array_diff($names, array_column(self::catalogue($kind), 'name')) as $name) {
            throw new \InvalidArgumentException("there is no $kind \"$name\"; --list-{$kind}s names them");
        }
    }
}
