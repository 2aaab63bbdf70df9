<?php

declare(strict_types=1);

namespace Babyland\Http;

/** One process, one loop: requests are served one after the other, so each sees and leaves a whole state. */
final class Server
{
    /** @var resource */
    private $listener;
    /** @var array<int, resource> */
    private array $sockets = [];
    /** @var array<int, MessageReader> */
    private array $readers = [];
    private bool $running = true;

    /**
     * @param \Closure(Request): Response $handler
     * @param \Closure(int, string): Response $refusal
     */
    public function __construct(
        int $port,
        private readonly \Closure $handler,
        private readonly \Closure $refusal,
        private readonly MessageWriter $writer,
    ) {
        $context = stream_context_create(['socket' => ['backlog' => 128, 'tcp_nodelay' => true]]);
        $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
        $this->listener = stream_socket_server("tcp://127.0.0.1:$port", $code, $reason, $flags, $context)
            ?: throw new \RuntimeException("cannot listen on port $port: $reason");
    }

    public function url(): string
    {
        return 'http://' . stream_socket_get_name($this->listener, false);
    }

    public function stop(): void
    {
        $this->running = false;
    }

    public function run(): void
    {
        while ($this->running) {
            $ready = [$this->listener, ...$this->sockets];
            $none = null;
            if (@stream_select($ready, $none, $none, 1) === false) {
                continue; // a signal came
            }
            foreach ($ready as $socket) {
                $socket === $this->listener ? $this->accept() : $this->receive($socket);
            }
        }
    }

    private function accept(): void
    {
        $socket = @stream_socket_accept($this->listener, 0);
        if ($socket !== false) {
            $this->sockets[(int) $socket] = $socket;
            $this->readers[(int) $socket] = new MessageReader();
        }
    }

    /** @param resource $socket */
    private function receive($socket): void
    {
        $bytes = @fread($socket, 65536);
        if ($bytes === false || $bytes === '') {
            $this->drop($socket);
            return;
        }
        $this->readers[(int) $socket]->feed($bytes);
        try {
            $this->answerAll($socket);
        } catch (BadMessage $bad) {
            $response = ($this->refusal)($bad->status, $bad->getMessage());
            $response->close = true;
            $this->send($socket, $this->writer->bytes($response, null));
            $this->drop($socket);
        }
    }

    /** @param resource $socket */
    private function answerAll($socket): void
    {
        $interim = null;
        while (($request = $this->readers[(int) $socket]->next($interim)) !== null) {
            $response = $this->answer($request);
            $response->close = $response->close || $request->wantsClose();
            $this->send($socket, $this->writer->bytes($response, $request));
            if ($response->close) {
                $this->drop($socket);
                return;
            }
        }
        $this->send($socket, $interim ?? '');
    }

    private function answer(Request $request): Response
    {
        try {
            return ($this->handler)($request);
        } catch (\Throwable $error) {
            fwrite(STDERR, "$error\n");
            return ($this->refusal)(500, 'A server error occurred.');
        }
    }

    /** @param resource $socket */
    private function send($socket, string $bytes): void
    {
        while ($bytes !== '') {
            $sent = @fwrite($socket, $bytes);
            if ($sent === false || $sent === 0) {
                return;
            }
            $bytes = substr($bytes, $sent);
        }
    }

    /** @param resource $socket */
    private function drop($socket): void
    {
        unset($this->sockets[(int) $socket], $this->readers[(int) $socket]);
        @stream_socket_shutdown($socket, STREAM_SHUT_WR);
        fclose($socket);
    }
}
