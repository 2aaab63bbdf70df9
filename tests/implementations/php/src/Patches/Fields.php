<?php

declare(strict_types=1);

namespace Babyland\Patches;

/** What may be written, with its limits in characters. */
final class Fields
{
    public const CUSTOMER = [
        'first_name' => ['kind' => 'string', 'max' => 30],
        'last_name' => ['kind' => 'string', 'max' => 150],
        'is_active' => ['kind' => 'boolean'],
        'email' => ['kind' => 'email', 'max' => 254, 'filled' => true],
        'password' => ['kind' => 'string', 'max' => 128, 'filled' => true],
        'gender' => ['kind' => 'choice', 'of' => ['M', 'F', 'O', 'N']],
        'phone' => ['kind' => 'string', 'max' => 15, 'nullable' => true],
    ];
    public const ADDRESS = [
        'name' => ['kind' => 'string', 'max' => 100, 'filled' => true],
        'addressline' => ['kind' => 'string', 'max' => 100, 'nullable' => true],
        'street' => ['kind' => 'string', 'max' => 255, 'filled' => true],
        'city' => ['kind' => 'string', 'max' => 50, 'filled' => true],
        'province' => ['kind' => 'string', 'max' => 50, 'filled' => true],
        'phone' => ['kind' => 'string', 'max' => 15, 'nullable' => true],
        'country' => ['kind' => 'string', 'max' => 50, 'filled' => true],
    ];
    /** Marked with an asterisk in the document. */
    public const MANDATORY_IN_ADDRESS = ['name', 'street', 'city', 'province'];
    public const READ_ONLY = ['id', 'date_joined', 'avatar', 'last_login'];
}
