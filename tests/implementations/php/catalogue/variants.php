<?php

declare(strict_types=1);

return [
    ['name' => 'unknown-refused', 'description' => 'members that are not known are refused'],
    ['name' => 'read-only-refused', 'description' => 'read-only members in a patch are refused instead of ignored'],
    ['name' => 'empty-patch-refused', 'description' => 'a patch without any member is refused'],
    ['name' => 'types-coerced', 'description' => 'numbers are read as texts, and usual words as booleans'],
    ['name' => 'strings-trimmed', 'description' => 'white space around texts is removed before they are checked'],
    ['name' => 'names-must-be-filled', 'description' => 'first and last name may not be blank'],
    ['name' => 'phone-syntax', 'description' => 'phones hold digits, spaces and + ( ) / . - only'],
    ['name' => 'email-unchecked', 'description' => 'e-mails are checked for their length alone, neither syntax nor uniqueness'],
    ['name' => 'email-domain-lower-case', 'description' => 'the domain of an e-mail is stored in lower case'],
    ['name' => 'address-limits-unchecked', 'description' => 'members of the address have no limits, as the document names none'],
    ['name' => 'address-must-be-complete', 'description' => 'an address without its mandatory members is refused'],
    [
        'name' => 'address-replaced',
        'description' => 'an address is replaced as a whole: mandatory members are required, the others get their defaults',
    ],
    ['name' => 'inactive-locked-out', 'description' => 'the credential of a customer that is not active is refused'],
    ['name' => 'last-login-moves', 'description' => 'each authenticated request counts as a login'],
    ['name' => 'keys-sorted', 'description' => 'members are shown in alphabetical order'],
    ['name' => 'pretty-json', 'description' => 'answers are indented'],
    ['name' => 'escaped-json', 'description' => 'answers escape slashes and all characters beyond ASCII'],
    [
        'name' => 'more-members',
        'description' => 'answers have members that the document does not name; one moves with each write',
    ],
    ['name' => 'answer-changed-only', 'description' => 'PATCH answers with the id and the members that were changed'],
    ['name' => 'dates-in-utc', 'description' => 'dates are shown in UTC and in whole seconds'],
    ['name' => 'other-wording', 'description' => 'messages have other words'],
    ['name' => 'first-error-only', 'description' => 'only the first error is told'],
    ['name' => 'error-strings', 'description' => 'the messages of a field are one text instead of a list'],
    ['name' => 'address-errors-flat', 'description' => 'errors of the address are one list of texts'],
    [
        'name' => 'unauthenticated-403',
        'description' => 'a request without a valid credential is answered 403 without a challenge',
    ],
    ['name' => 'other-customer-404', 'description' => 'another customer\'s record is answered 404 instead of 403'],
    ['name' => 'merge-patch-read', 'description' => 'application/merge-patch+json is read too'],
    ['name' => 'accept-ignored', 'description' => 'JSON is sent whatever Accept says'],
    ['name' => 'etag', 'description' => 'answers have an ETag, and If-Match is kept (412)'],
    ['name' => 'charset-named', 'description' => 'answers name their charset'],
    ['name' => 'chunked-answers', 'description' => 'answers are sent in chunks'],
    ['name' => 'always-close', 'description' => 'each connection ends after its answer'],
    ['name' => 'lower-case-headers', 'description' => 'names of header fields are in lower case'],
    ['name' => 'more-headers', 'description' => 'answers carry further header fields'],
];
