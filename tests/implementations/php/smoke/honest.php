<?php

declare(strict_types=1);

use Babyland\Smoke\Client;

// What the honest service does: what is looked at, and what is seen.
return [
    'whole answer' => [fn (Client $api) => array_keys($api->patch([])->at('')), [
        'id', 'first_name', 'last_name', 'date_joined', 'is_active', 'email', 'address', 'gender', 'phone', 'avatar',
        'last_login',
    ]],
    'answer is what GET shows' => [fn (Client $api) => $api->patch(['phone' => null])->at('') === $api->get()->at(''), true],
    'no body' => [fn (Client $api) => $api->send('PATCH', '57', [], '')->status, 200],
    'addressline null' => [fn (Client $api) => $api->shown('address.addressline', ['address' => ['addressline' => null]]), null],
    'rest of the address stays' => [fn (Client $api) => $api->shown('address.city', ['address' => ['name' => 'B']]), 'Pokhara'],
    'limits in characters' => [fn (Client $api) => $api->patch(['first_name' => str_repeat('😀', 30)])->status, 200],
    '31 characters' => [fn (Client $api) => $api->patch(['first_name' => str_repeat('a', 31)])->at('first_name.0'),
        'Ensure this field has no more than 30 characters.'],
    'email of 254' => [fn (Client $api) => $api->patch([
        'email' => 'a@' . str_repeat(str_repeat('b', 63) . '.', 3) . str_repeat('c', 57) . '.np',
    ])->status, 200],
    'email of another' => [fn (Client $api) => $api->patch(['email' => 'Asha.Tamang@example.com'])->status, 400],
    'number as text' => [fn (Client $api) => $api->patch(['last_name' => 5])->status, 400],
    'text as boolean' => [fn (Client $api) => $api->patch(['is_active' => 'true'])->status, 400],
    'null first name' => [fn (Client $api) => $api->patch(['first_name' => null])->status, 400],
    'null address' => [fn (Client $api) => $api->patch(['address' => null])->status, 400],
    'NUL' => [fn (Client $api) => $api->patch(['last_name' => "a\0b"])->status, 400],
    'lone surrogate' => [fn (Client $api) => $api->patch('{"last_name": "\ud800"}')->status, 400],
    'invalid UTF-8' => [fn (Client $api) => $api->patch("{\"last_name\": \"\xff\"}")->status, 400],
    'deep nesting' => [fn (Client $api) => is_string($api->patch(str_repeat('[', 100000))->at('detail')), true],
    'a list' => [fn (Client $api) => $api->patch('[]')->status, 400],
    'null' => [fn (Client $api) => $api->patch('null')->status, 400],
    'enum with a line end' => [fn (Client $api) => $api->patch(['gender' => "M\n"])->status, 400],
    'unknown member' => [fn (Client $api) => $api->patch(['nick' => 'x', '0' => 1])->status, 200],
    'read-only member' => [fn (Client $api) => $api->shown('id', ['id' => 58, 'date_joined' => 'x']), 57],
    'password is never shown' => [fn (Client $api) => $api->patch(['password' => 'n3w secret'])->at('password'), 'absent'],
    'unknown method' => [fn (Client $api) => $api->send('BREW', '57', [], '')->status, 405],
    'HEAD' => [fn (Client $api) => $api->send('HEAD', '57', [], '')->body, ''],
    'bearer in lower case' => [fn (Client $api) => $api->get('57', ['Authorization' => 'bearer ' . Client::TOKEN])->status, 200],
    'no such coding' => [fn (Client $api) => $api->patch([], ['Content-Encoding' => 'gzip'])->status, 415],
    'media type in capitals' => [
        fn (Client $api) => $api->patch(['gender' => 'O'], ['Content-Type' => 'Application/JSON;charset=UTF-8'])->status, 200,
    ],
    'JSON not wanted' => [fn (Client $api) => $api->get('57', ['Accept' => 'application/json;q=0, */*'])->status, 406],
    'huge body' => [
        fn (Client $api) => $api->raw("PATCH /api/customer/57/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n")->status,
        413,
    ],
    'no Host' => [fn (Client $api) => $api->raw("GET /api/customer/57/ HTTP/1.1\r\n\r\n")->status, 400],
    'chunks' => [fn (Client $api) => $api->raw("PATCH /api/customer/57/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        . 'Authorization: Bearer ' . Client::TOKEN . "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        . "5\r\n{\"gen\r\nb;x=1\r\nder\": \"F\" }\r\n0\r\n\r\n")->at('gender'), 'F'],
    'HTTP/1.0 closes' => [fn (Client $api) => $api->raw("GET /api/customer/57/ HTTP/1.0\r\n\r\n")->status, 401],
    'two on one connection' => [fn (Client $api) => substr_count($api->raw(
        "OPTIONS /api/customer/57/ HTTP/1.1\r\nHost: a\r\n\r\n"
        . "OPTIONS /api/customer/57/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    )->bytes, 'HTTP/1.1 204'), 2],
];
