<?php

declare(strict_types=1);

use Babyland\Smoke\Client;

// Each conforming choice: what is looked at, what the service shows without it, and with it.
return [
    'unknown-refused' => [fn (Client $api) => $api->patch(['address' => ['zip' => '1']])->status, 200, 400],
    'read-only-refused' => [fn (Client $api) => $api->patch(['id' => 57])->status, 200, 400],
    'empty-patch-refused' => [fn (Client $api) => $api->send('PATCH', '57', [], '')->status, 200, 400],
    'types-coerced' => [
        fn (Client $api) => $api->patch(['phone' => 9841, 'is_active' => 'no'])->at('phone'), ['Not a valid string.'], '9841',
    ],
    'strings-trimmed' => [
        fn (Client $api) => $api->patch(['first_name' => "\u{a0} Mina "])->at('first_name'), "\u{a0} Mina ", 'Mina',
    ],
    'names-must-be-filled' => [fn (Client $api) => $api->patch(['last_name' => ''])->status, 200, 400],
    'phone-syntax' => [fn (Client $api) => $api->patch(['phone' => 'none'])->status, 200, 400],
    'email-unchecked' => [fn (Client $api) => $api->patch(['email' => 'nobody'])->status, 400, 200],
    'email-domain-lower-case' => [
        fn (Client $api) => $api->patch(['email' => 'Mina@Example.COM'])->at('email'), 'Mina@Example.COM', 'Mina@example.com',
    ],
    'address-limits-unchecked' => [
        fn (Client $api) => $api->patch(['address' => ['city' => str_repeat('c', 51)]])->status, 400, 200,
    ],
    'address-must-be-complete' => [fn (Client $api) => $api->patch(['address' => ['city' => 'Patan']])->status, 200, 400],
    'address-replaced' => [fn (Client $api) => $api->patch(
        ['address' => ['name' => 'B', 'street' => 'S', 'city' => 'C', 'province' => 'P']]
    )->at('address.addressline'), 'House 12, near the lake', null],
    'inactive-locked-out' => [
        fn (Client $api) => $api->patch(['is_active' => false])->status . $api->get()->status, '200200', '200401',
    ],
    'last-login-moves' => [fn (Client $api) => str_starts_with($api->get()->at('last_login'), '2020-07'), true, false],
    'keys-sorted' => [fn (Client $api) => array_key_first($api->get()->at('')), 'id', 'address'],
    'pretty-json' => [fn (Client $api) => str_contains($api->get()->body, "\n"), false, true],
    'escaped-json' => [fn (Client $api) => str_contains($api->get()->body, '\u092a'), false, true],
    'more-members' => [fn (Client $api) => $api->get()->at('email_verified'), 'absent', true],
    'answer-changed-only' => [fn (Client $api) => count($api->patch(['gender' => 'O'])->at('')), 11, 2],
    'dates-in-utc' => [
        fn (Client $api) => $api->get()->at('date_joined'), '2020-07-19T14:11:09.487710+02:00', '2020-07-19T12:11:09Z',
    ],
    'other-wording' => [
        fn (Client $api) => $api->patch(['gender' => null])->at('gender.0'),
        'This field may not be null.', 'Darf nicht null sein.',
    ],
    'first-error-only' => [fn (Client $api) => count($api->patch(['gender' => 'X', 'is_active' => 3])->at('')), 2, 1],
    'error-strings' => [fn (Client $api) => $api->patch(['address' => ['city' => null]])->at('address.city'),
        ['This field may not be null.'], 'This field may not be null.'],
    'address-errors-flat' => [fn (Client $api) => $api->patch(['address' => ['city' => null]])->at('address'),
        ['city' => ['This field may not be null.']], ['city: This field may not be null.']],
    'unauthenticated-403' => [fn (Client $api) => $api->get('57', ['Authorization' => null])->status, 401, 403],
    'other-customer-404' => [fn (Client $api) => $api->get('58')->status, 403, 404],
    'merge-patch-read' => [
        fn (Client $api) => $api->patch(['gender' => 'F'], ['Content-Type' => 'application/merge-patch+json'])->status, 415, 200,
    ],
    'accept-ignored' => [fn (Client $api) => $api->get('57', ['Accept' => 'text/html'])->status, 406, 200],
    'etag' => [fn (Client $api) => $api->patch([], ['If-Match' => '"x"'])->status, 200, 412],
    'charset-named' => [
        fn (Client $api) => $api->get()->header('Content-Type'), 'application/json', 'application/json; charset=utf-8',
    ],
    'chunked-answers' => [fn (Client $api) => $api->get()->header('Transfer-Encoding'), null, 'chunked'],
    'always-close' => [fn (Client $api) => substr_count($api->raw(
        "GET /api/customer/57/ HTTP/1.1\r\nHost: a\r\n\r\nGET /api/customer/57/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    )->bytes, 'HTTP/1.1 401'), 2, 1],
    'lower-case-headers' => [fn (Client $api) => str_contains($api->get()->head, 'content-type:'), false, true],
    'more-headers' => [fn (Client $api) => $api->get()->header('Cache-Control'), null, 'no-store'],
];
