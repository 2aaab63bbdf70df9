<?php

declare(strict_types=1);

use Babyland\Smoke\Client;

const ADDRESS = [
    'name' => 'Mina Rai', 'addressline' => 'Rear house', 'street' => 'Ring Road', 'city' => 'Patan',
    'province' => 'Bagmati', 'phone' => '015550123', 'country' => 'India',
];

// Each fault: what is looked at, what the honest service shows, and what the faulty one shows.
return [
    'phone-null-when-absent' => [fn (Client $api) => $api->shown('phone', ['first_name' => 'Mina']), '9846728507', null],
    'phone-null-ignored' => [fn (Client $api) => $api->shown('phone', ['phone' => null]), null, '9846728507'],
    'addressline-null-filtered' => [
        fn (Client $api) => $api->shown('address.addressline', ['address' => ['addressline' => null] + ADDRESS]),
        null, 'House 12, near the lake',
    ],
    'is-active-false-ignored' => [fn (Client $api) => $api->shown('is_active', ['is_active' => false]), false, true],
    'first-name-zero-ignored' => [fn (Client $api) => $api->shown('first_name', ['first_name' => '0']), '0', 'Saroj'],
    'phone-stuck-at-null' => [
        fn (Client $api) => $api->shown('phone', ['phone' => null], ['phone' => '9800000001']), '9800000001', null,
    ],
    'country-default-applied' => [fn (Client $api) => $api->shown('address.country', ['first_name' => 'Mina']), 'India', 'Nepal'],
    'is-active-default-applied' => [
        fn (Client $api) => $api->shown('is_active', ['is_active' => false], ['gender' => 'F']), false, true,
    ],
    'street-not-fillable' => [
        fn (Client $api) => $api->shown('address.street', ['address' => ADDRESS]), 'Ring Road', 'Chhorepatan & Lake Road',
    ],
    'country-only-with-province' => [
        fn (Client $api) => $api->shown('address.country', ['address' => ['country' => 'Nepal']]), 'Nepal', 'India',
    ],
    'address-blanked' => [fn (Client $api) => $api->shown('address.city', ['address' => ['name' => 'Mina Rai']]), 'Pokhara', ''],
    'address-phone-overwrites-phone' => [
        fn (Client $api) => $api->shown('phone', ['address' => ADDRESS]), '9846728507', '015550123',
    ],
    'names-swapped' => [
        fn (Client $api) => $api->shown('first_name', ['first_name' => 'Mina', 'last_name' => 'Rai']), 'Mina', 'Rai',
    ],
    'gender-elseif-email' => [
        fn (Client $api) => $api->shown('gender', ['email' => 'mina@example.com', 'gender' => 'F']), 'F', 'M',
    ],
    'get-stale-after-address' => [function (Client $api) {
        $api->get();
        return $api->shown('address.city', ['address' => ADDRESS]);
    }, 'Patan', 'Pokhara'],
    'own-email-taken' => [fn (Client $api) => $api->patch(['email' => 'saroj.gurung@example.com'])->status, 200, 400],
    'unchanged-is-404' => [fn (Client $api) => $api->patch(['gender' => 'M'])->status, 200, 404],
    'replay-cache-by-body' => [
        fn (Client $api) => $api->shown('gender', ['gender' => 'F'], ['gender' => 'O'], ['gender' => 'F']), 'F', 'O',
    ],
    'street-escaped-again' => [
        fn (Client $api) => $api->shown('address.street', ['address' => ['city' => 'Patan']], ['address' => ['city' => 'Patan']]),
        'Chhorepatan & Lake Road', 'Chhorepatan &amp;amp; Lake Road',
    ],
    'gender-any-case' => [fn (Client $api) => $api->shown('gender', ['gender' => 'f']), 'M', 'f'],
    'gender-unanchored' => [fn (Client $api) => $api->shown('gender', ['gender' => 'Female']), 'M', 'Female'],
    'gender-loose-in-array' => [fn (Client $api) => $api->shown('gender', ['gender' => true]), 'M', '1'],
    'gender-n-refused' => [fn (Client $api) => $api->patch(['gender' => 'N'])->status, 200, 400],
    'gender-o-stored-as-n' => [fn (Client $api) => $api->shown('gender', ['gender' => 'O']), 'O', 'N'],
    'gender-empty-accepted' => [fn (Client $api) => $api->shown('gender', ['gender' => '']), 'M', ''],
    'first-name-limit-in-bytes' => [fn (Client $api) => $api->patch(['first_name' => str_repeat('é', 30)])->status, 200, 400],
    'first-name-31' => [fn (Client $api) => $api->patch(['first_name' => str_repeat('a', 31)])->status, 400, 200],
    'last-name-150-refused' => [fn (Client $api) => $api->patch(['last_name' => str_repeat('a', 150)])->status, 200, 400],
    'last-name-unlimited' => [fn (Client $api) => $api->patch(['last_name' => str_repeat('a', 400)])->status, 400, 200],
    'phone-truncated' => [
        fn (Client $api) => $api->shown('phone', ['phone' => '1234567890123456']), '9846728507', '123456789012345',
    ],
    'phone-counts-digits' => [fn (Client $api) => $api->patch(['phone' => '+977 (61) 460-123'])->status, 400, 200],
    'last-name-cut-at-100' => [
        fn (Client $api) => strlen($api->shown('last_name', ['last_name' => str_repeat('a', 150)])), 150, 100,
    ],
    'email-cut-at-50' => [
        fn (Client $api) => strlen($api->shown('email', ['email' => str_repeat('a', 60) . '@example.com'])), 72, 50,
    ],
    'laravel-envelope' => [
        fn (Client $api) => array_keys($api->patch(['gender' => 'X'])->at('')), ['gender'], ['message', 'errors'],
    ],
    'errors-as-list' => [fn (Client $api) => array_is_list($api->patch(['gender' => 'X'])->at('')), false, true],
    'status-422' => [fn (Client $api) => $api->patch(['gender' => 'X'])->status, 400, 422],
    'gender-error-200' => [fn (Client $api) => $api->patch(['gender' => 'X'])->status, 400, 200],
    'not-found-error-member' => [fn (Client $api) => $api->patch([], [], '99999')->at('detail'), 'Not found.', 'absent'],
    'last-name-error-under-first-name' => [
        fn (Client $api) => array_keys($api->patch(['last_name' => null])->at('')), ['last_name'], ['first_name'],
    ],
    'phone-error-objects' => [
        fn (Client $api) => $api->patch(['phone' => []])->at('phone.0.message'), 'absent', 'Not a valid string.',
    ],
    'error-html-type' => [
        fn (Client $api) => $api->patch(['phone' => []])->header('Content-Type'), 'application/json', 'text/html; charset=UTF-8',
    ],
    'malformed-json-is-empty' => [fn (Client $api) => $api->patch('{"gender": "F",}')->status, 400, 200],
    'first-name-list-500' => [fn (Client $api) => $api->patch(['first_name' => ['a']])->status, 400, 500],
    'saved-until-first-error' => [
        fn (Client $api) => $api->shown('first_name', ['first_name' => 'Mina', 'gender' => 'X']), 'Saroj', 'Mina',
    ],
    'address-saved-before-checks' => [
        fn (Client $api) => $api->shown('address.city', ['gender' => 'X', 'address' => ADDRESS]), 'Pokhara', 'Patan',
    ],
    'wrong-address-rest-saved' => [fn (Client $api) => $api->shown('gender', ['address' => 'Patan', 'gender' => 'F']), 'M', 'F'],
    'refused-values-in-cache' => [
        fn (Client $api) => $api->shown('first_name', ['gender' => 'X', 'first_name' => 'Mina']), 'Saroj', 'Mina',
    ],
    'unauthenticated-still-saved' => [function (Client $api) {
        $api->patch(['gender' => 'F'], ['Authorization' => null]);
        return $api->get()->at('gender');
    }, 'M', 'F'],
    'unsupported-media-still-saved' => [function (Client $api) {
        $api->patch(['gender' => 'F'], ['Content-Type' => 'text/plain']);
        return $api->get()->at('gender');
    }, 'M', 'F'],
    'address-update-without-where' => [function (Client $api) {
        $api->patch(['address' => ADDRESS]);
        return $api->other('address.city');
    }, 'Kathmandu', 'Patan'],
    'id-in-body-wins' => [function (Client $api) {
        $api->patch(['id' => 58, 'phone' => '9800000001']);
        return $api->other('phone');
    }, '9801234567', '9800000001'],
    'cache-key-without-id' => [function (Client $api) {
        $api->get();
        return $api->other('id');
    }, 58, 57],
    'address-of-last-row' => [fn (Client $api) => $api->patch(['gender' => 'F'])->at('address.city'), 'Pokhara', 'Itahari'],
    'last-name-list-as-array' => [fn (Client $api) => $api->shown('last_name', ['last_name' => ['Rai']]), 'Gurung', 'Array'],
    'is-active-cast' => [
        fn (Client $api) => $api->patch(['is_active' => 'false'])->at('is_active'), ['Must be a valid boolean.'], true,
    ],
    'is-active-as-int' => [fn (Client $api) => $api->patch(['gender' => 'F'])->at('is_active'), true, 1],
    'address-list-accepted' => [fn (Client $api) => $api->patch(['address' => []])->status, 400, 200],
    'phone-int-cast' => [fn (Client $api) => $api->shown('phone', ['phone' => '0123456789']), '0123456789', '123456789'],
    'phone-null-as-empty' => [fn (Client $api) => $api->shown('phone', ['phone' => null]), null, ''],
    'empty-first-name-null' => [fn (Client $api) => $api->shown('first_name', ['first_name' => '']), '', null],
    'numeric-strings-as-numbers' => [fn (Client $api) => $api->patch([])->at('phone'), '9846728507', 9846728507],
    'last-name-html-escaped' => [
        fn (Client $api) => $api->shown('last_name', ['last_name' => "O'Neil"]), "O'Neil", 'O&#039;Neil',
    ],
    'first-name-apostrophe-doubled' => [
        fn (Client $api) => $api->shown('first_name', ['first_name' => "D'Arcy"]), "D'Arcy", "D''Arcy",
    ],
    'first-name-utf8mb3' => [fn (Client $api) => $api->shown('first_name', ['first_name' => 'Mina😀Rai']), 'Mina😀Rai', 'Mina'],
    'addressline-tags-stripped' => [
        fn (Client $api) => $api->shown('address.addressline', ['address' => ['addressline' => 'Gate <b>2</b>'] + ADDRESS]),
        'Gate <b>2</b>', 'Gate 2',
    ],
    'city-encoded-twice' => [
        fn (Client $api) => $api->shown('address.city', ['address' => ['city' => 'Zürich']]), 'Zürich', 'ZÃ¼rich',
    ],
    'province-ascii-only' => [
        fn (Client $api) => $api->shown('address.province', ['address' => ['province' => 'Québec']]), 'Québec', 'Qu?bec',
    ],
    'address-name-title-case' => [
        fn (Client $api) => $api->shown('address.name', ['address' => ['name' => 'Ann McDonald']]),
        'Ann McDonald', 'Ann Mcdonald',
    ],
    'address-phone-plus-lost' => [
        fn (Client $api) => $api->shown('address.phone', ['address' => ['phone' => '+97761460123']]),
        '+97761460123', ' 97761460123',
    ],
    'patch-without-token' => [fn (Client $api) => $api->patch(['gender' => 'F'], ['Authorization' => null])->status, 401, 200],
    'token-prefix' => [
        fn (Client $api) => $api->get('57', ['Authorization' => 'Bearer ' . substr(Client::TOKEN, 0, -1) . '0'])->status,
        401, 200,
    ],
    'token-any-case' => [
        fn (Client $api) => $api->get('57', ['Authorization' => 'Bearer ' . strtoupper(Client::TOKEN)])->status, 401, 200,
    ],
    'unauthenticated-redirect' => [fn (Client $api) => $api->patch([], ['Authorization' => null])->status, 401, 302],
    'any-media-type' => [fn (Client $api) => $api->patch(['gender' => 'F'], ['Content-Type' => 'text/plain'])->status, 415, 200],
    'content-type-exact' => [
        fn (Client $api) => $api->patch(['gender' => 'F'], ['Content-Type' => 'application/json; charset=utf-8'])->status,
        200, 415,
    ],
    'accept-first-only' => [
        fn (Client $api) => $api->patch([], ['Accept' => 'text/html;q=0.5, application/json'])->status, 200, 406,
    ],
    'accept-wildcard-unknown' => [fn (Client $api) => $api->patch([], ['Accept' => '*/*'])->status, 200, 406],
    'allow-missing' => [fn (Client $api) => $api->send('POST', '57', [], '')->header('Allow'), 'GET, HEAD, PATCH, OPTIONS', null],
    'id-loose-cast' => [fn (Client $api) => $api->patch(['gender' => 'F'], [], '57abc')->status, 404, 200],
    'unknown-id-200' => [fn (Client $api) => $api->patch(['gender' => 'F'], [], '99999')->status, 404, 200],
    'answer-before-update' => [fn (Client $api) => $api->patch(['gender' => 'F'])->at('gender'), 'F', 'M'],
    'answer-merged-recursively' => [
        fn (Client $api) => $api->patch(['address' => ADDRESS])->at('address.city'), 'Patan', ['Pokhara', 'Patan'],
    ],
    'created-on-address' => [fn (Client $api) => $api->patch(['address' => ADDRESS])->status, 200, 201],
    'warning-before-json' => [fn (Client $api) => $api->patch(['last_name' => 'Rai'])->at('last_name'), 'Rai', 'no JSON'],
    'bom-before-json' => [fn (Client $api) => $api->patch([])->at('id'), 57, 'no JSON'],
    'content-length-in-characters' => [fn (Client $api) => $api->patch([])->at('id'), 57, 'no JSON'],
    'password-hash-shown' => [
        fn (Client $api) => str_starts_with($api->patch([])->at('password'), '$2y$'), false, true,
    ],
    'date-joined-touched' => [
        fn (Client $api) => str_starts_with($api->shown('date_joined', ['gender' => 'F']), '2020-07-19'), true, false,
    ],
    'date-joined-shifted' => [fn (Client $api) => substr($api->shown('date_joined', ['gender' => 'F']), 11, 5), '14:11', '12:11'],
    'id-echoed' => [fn (Client $api) => $api->patch(['id' => 58, 'gender' => 'F'])->at('id'), 57, 58],
];
