<?php
// The shop: takes an order, and says yes only when the database has said yes. Its connections outlive
// the request, as in any pool of php-fpm: one that a lost machine left half open stays in use.
declare(strict_types=1);

require dirname(__DIR__) . '/config.php';

const ORDER = <<<'SQL'
    INSERT INTO orders (id, host) VALUES ($1, $2)
    RETURNING host(member), pg_backend_pid(),
              ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
    SQL;

$config = config();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match ([$_SERVER['REQUEST_METHOD'], $path]) {
    ['GET', '/healthz'] => answer(200, [
        'db_host' => $config['database']['connections']['pgsql']['host'],
        'pid' => getmypid(),
    ]),
    ['POST', '/orders'] => place($config),
    default => answer(404, ['why' => 'NotFound']),
};

function place(array $config): void
{
    $order = json_decode(file_get_contents('php://input'), true)['id'] ?? '';
    $connection = @pg_pconnect(login($config['database']['connections']['pgsql']));
    $connection || answer(503, ['why' => 'OperationalError']);
    $done = @pg_query_params($connection, ORDER, [$order, $config['app']['host']]);
    $done || answer(503, ['why' => 'QueryError']);
    [$member, $pid, $timeline] = pg_fetch_row($done);
    answer(201, ['member' => $member, 'pid' => (int) $pid, 'pg_timeline' => (int) $timeline]);
}

function login(array $known): string
{
    return "host={$known['host']} port={$known['port']} dbname={$known['database']}"
        . " user={$known['username']} password={$known['password']} connect_timeout=5";
}

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    $text = json_encode($body);
    header('Content-Length: ' . strlen($text));
    echo $text;
    exit;
}
