<?php

declare(strict_types=1);

namespace Babyland\Patches;

use Babyland\Switches;

final class Messages
{
    private const PLAIN = [
        'null' => 'This field may not be null.',
        'blank' => 'This field may not be blank.',
        'string' => 'Not a valid string.',
        'boolean' => 'Must be a valid boolean.',
        'nul' => 'Null characters are not allowed.',
        'long' => 'Ensure this field has no more than %d characters.',
        'choice' => 'This is not a valid choice.',
        'email' => 'Enter a valid email address.',
        'taken' => 'A customer with this email already exists.',
        'object' => 'An object was expected.',
        'unknown' => 'There is no such field.',
        'read-only' => 'This field is read-only.',
        'required' => 'This field is required.',
        'digits' => 'Enter a valid phone number.',
        'empty' => 'Nothing to update.',
    ];
    private const OTHER = ['long' => 'Zu lang: höchstens %d Zeichen.', 'null' => 'Darf nicht null sein.'];

    public function __construct(private readonly Switches $switches)
    {
    }

    public function say(string $key, int ...$numbers): string
    {
        $text = $this->switches->variant('other-wording') ? (self::OTHER[$key] ?? "Ungültig ($key).") : self::PLAIN[$key];
        return sprintf($text, ...$numbers);
    }
}
