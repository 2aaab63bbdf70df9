<?php

declare(strict_types=1);

namespace Babyland\Records;

/** The customers of a fresh service, each with the token that speaks for it. */
final class SampleData
{
    public const MAIN = 57;
    public const OTHER = 58;
    public const TOKENS = [
        57 => 'pk_live_7c1fA09be2Kq5rT8uVwXyZ',
        58 => 'pk_live_3dB46Ea17mN2oP9sLhGjQc',
        61 => 'pk_live_9e5Fc83b0rS4tU6vWxYzAa',
    ];

    public const CUSTOMERS = [
        [
            'id' => 57, 'first_name' => 'Saroj', 'last_name' => 'Gurung', 'date_joined' => '2020-07-19T14:11:09.487710+02:00',
            'is_active' => true, 'email' => 'saroj.gurung@example.com', 'gender' => 'M', 'phone' => '9846728507',
            'avatar' => 'http://media.babyland.example/admin/defaultAvatar.png',
            'last_login' => '2020-07-30T08:02:51.120400+02:00',
        ],
        [
            'id' => 58, 'first_name' => 'Asha', 'last_name' => 'Tamang', 'date_joined' => '2020-07-21T09:45:33.004200+02:00',
            'is_active' => true, 'email' => 'asha.tamang@example.com', 'gender' => 'F', 'phone' => '9801234567',
            'avatar' => 'http://media.babyland.example/customer/asha.png', 'last_login' => null,
        ],
        [
            'id' => 61, 'first_name' => 'Bikram', 'last_name' => 'Thapa', 'date_joined' => '2020-07-25T17:20:00.650000+02:00',
            'is_active' => true, 'email' => 'bikram.thapa@example.com', 'gender' => 'N', 'phone' => null,
            'avatar' => 'http://media.babyland.example/admin/defaultAvatar.png', 'last_login' => null,
        ],
    ];

    public const ADDRESSES = [
        57 => [
            'name' => 'Prabhu Gurung', 'addressline' => 'House 12, near the lake',
            'street' => 'Chhorepatan & Lake Road', 'city' => 'Pokhara',
            'province' => 'Province 4 ( प्रदेश नं ४ )', 'phone' => '061460123', 'country' => 'India',
        ],
        58 => [
            'name' => 'Asha Tamang', 'addressline' => 'Third floor', 'street' => 'Thamel Marg', 'city' => 'Kathmandu',
            'province' => 'Bagmati', 'phone' => '014700321', 'country' => 'India',
        ],
        61 => [
            'name' => 'Bikram Thapa', 'addressline' => null, 'street' => 'Dharan Road', 'city' => 'Itahari',
            'province' => 'Province 1', 'phone' => '', 'country' => 'Nepal',
        ],
    ];
}
