<?php

declare(strict_types=1);

namespace Babyland;

use Babyland\Answers\ErrorAnswers;
use Babyland\Answers\Representation;
use Babyland\Http\Request;
use Babyland\Http\Response;
use Babyland\Patches\Update;
use Babyland\Records\RecordCache;

/** From a request to an answer: route, credential, method, record, negotiation; what is left reads or updates. */
final class Application
{
    private const ALLOW = ['Allow' => 'GET, HEAD, PATCH, OPTIONS'];

    public function __construct(
        private readonly Switches $switches,
        private readonly ErrorAnswers $errors,
        private readonly Authentication $authentication,
        private readonly Negotiation $negotiation,
        private readonly RecordCache $cache,
        private readonly Representation $representation,
        private readonly Update $update,
    ) {
    }

    public function answer(Request $request): Response
    {
        $id = $this->route($request->path);
        if ($id === null) {
            return $this->errors->detail(404, 'Not found.');
        }
        if ($request->method === 'OPTIONS') {
            return new Response(204, self::ALLOW);
        }
        $customer = $this->authentication->customer($request);
        if ($customer === null && !($request->method === 'PATCH' && $this->switches->fault('patch-without-token'))) {
            return $this->unauthenticated($request, $id);
        }
        if (!in_array($request->method, ['GET', 'HEAD', 'PATCH'], true)) {
            $headers = $this->switches->fault('allow-missing') ? [] : self::ALLOW;
            return $this->errors->detail(405, "Method \"$request->method\" not allowed.", $headers);
        }
        return $this->refusal($request, $id, $customer ?? $id) ?? $this->served($request, $id);
    }

    private function route(string $path): ?int
    {
        if ($this->switches->fault('id-loose-cast') && preg_match('#^/api/customer/([^/]+)/$#D', $path, $found)) {
            return (int) $found[1];
        }
        return preg_match('#^/api/customer/(0|[1-9]\d{0,17})/$#D', $path, $found) ? (int) $found[1] : null;
    }

    private function unauthenticated(Request $request, int $id): Response
    {
        if ($this->switches->fault('unauthenticated-still-saved') && $request->method === 'PATCH' && $this->cache->exists($id)) {
            $this->update->apply($request, $id);
        }
        return $this->errors->unauthenticated();
    }

    private function refusal(Request $request, int $id, int $customer): ?Response
    {
        if (!$this->cache->exists($id)) {
            return $this->switches->fault('unknown-id-200')
                ? new Response(200, ['Content-Type' => 'application/json'], 'null')
                : $this->errors->detail(404, 'Not found.');
        }
        if ($id !== $customer) {
            return $this->switches->variant('other-customer-404')
                ? $this->errors->detail(404, 'Not found.')
                : $this->errors->detail(403, 'You do not have permission to perform this action.');
        }
        return $this->negotiation->answerable($request)
            ? null
            : $this->errors->detail(406, 'Could not satisfy the request Accept header.');
    }

    private function served(Request $request, int $id): Response
    {
        if ($request->method !== 'PATCH') {
            return $this->representation->shown($this->cache->find($id));
        }
        if ($this->negotiation->readable($request)) {
            return $this->update->apply($request, $id);
        }
        if ($this->switches->fault('unsupported-media-still-saved')) {
            $this->update->apply($request, $id);
        }
        $type = $request->header('content-type') ?? '';
        return $this->errors->detail(415, "Unsupported media type \"$type\" in request.", ['Accept-Patch' => 'application/json']);
    }
}
