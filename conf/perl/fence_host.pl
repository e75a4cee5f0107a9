# mha_fence sends this to the host of a server, over MHA's ssh, as the program of `perl -`. What follows after __END__ is the
# other side's part of a conversation, a line each: WORD, then key=value with tabs between them, bytes in hex. Answers are
# lines of the same form behind "mha_fence:", with %XX for unusual bytes. This program decides nothing: it reports what is
# there, and ends the processes that it is told, each only if its start time is still the one that was reported.
use strict;
use warnings;
use Cwd ();
use Fcntl;
use POSIX ();
use Socket;

$| = 1;
# What has been begun is ended, also if ssh is cut off.
$SIG{PIPE} = 'IGNORE';
my $SERVER = qr/^(?:mysqld|mariadbd)(?:-debug)?$/;
my $SAFE = qr/^(?:mysqld_safe|mariadbd-safe)$/;
my $DROP_IN = 'zz-mha_fence.conf';
# In a guard's title, for the data directory.
my $UNKNOWN = 'data unknown';

while (defined(my $line = <DATA>)) {
  chomp $line;
  my ($word, %order) = parse($line);
  if ($word eq 'look') { look(%order) }
  elsif ($word eq 'end') { end_server(%order); last }
  elsif ($word eq 'release') { release(%order); last }
  else { last }
}
exit 0;

sub parse {
  my ($word, @pairs) = split /\t/, shift;
  return ($word, map { my ($key, $hex) = split /=/, $_, 2; ($key, pack('H*', $hex)) } @pairs);
}

sub answer {
  my ($word, %fields) = @_;
  s/([^\w.\/:\@,+-])/sprintf '%%%02X', ord $1/ge for values %fields;
  print join("\t", "mha_fence:$word", map { "$_=$fields{$_}" } sort keys %fields), "\n";
}

sub contents {
  my ($file) = @_;
  open my $in, '<', $file or return '';
  local $/;
  return <$in> // '';
}

# Seconds on a clock that never jumps.
sub uptime { return (split ' ', contents('/proc/uptime'))[0] }
sub pause { select undef, undef, undef, shift }

# (name, state, parent, start) of a process; empty if there is none. The start is in ticks since boot.
sub stat_of {
  my ($name, $rest) = contents('/proc/' . shift . '/stat') =~ /^\d+ \((.*)\) (.*)$/s or return;
  my @fields = split ' ', $rest;
  return ($name, @fields[0, 1, 19]);
}

# A zombie has closed its files and its ports.
sub dead {
  my ($pid, $start) = @_;
  my ($name, $state, $parent, $now) = stat_of($pid) or return 1;
  return $now ne $start || $state =~ /^[ZX]/;
}

# pidfd_open (434) holds the process, so that no other one can get its pid between the check and the signal.
sub send_signal {
  my ($pid, $start, $signal) = @_;
  my $fd = syscall 434, $pid + 0, 0;
  return 'gone' if dead($pid, $start);
  my $sent = $fd >= 0 ? syscall(424, $fd, $signal + 0, 0, 0) == 0 : kill($signal, $pid);
  my $why = "$!";
  POSIX::close($fd) if $fd >= 0;
  return $sent ? 'sent' : $why;
}

sub arguments { return split /\0/, contents('/proc/' . shift . '/cmdline') }

# The name of its program, also if a dynamic loader runs it.
sub program_of {
  my ($pid, $name) = @_;
  my $exe = readlink("/proc/$pid/exe") // '';
  $exe =~ s/ \(deleted\)$//;
  return $exe if $exe =~ m{([^/]+)$} && $1 =~ $SERVER;
  my @args = arguments($pid);
  if ($exe =~ m{/ld-[^/]*$} || ($exe eq '' && $name =~ /^ld-/)) {
    my ($program) = grep { m{([^/]+)$} && $1 =~ $SERVER } @args[0 .. ($#args < 5 ? $#args : 5)];
    return $program;
  }
  return $exe eq '' && $name =~ $SERVER ? $name : undef;
}

sub servers {
  opendir my $proc, '/proc' or return;
  my @found;
  for my $pid (grep { /^\d+$/ } readdir $proc) {
    my ($name, $state, $parent, $start) = stat_of($pid) or next;
    next if $state =~ /^[ZX]/;
    my $program = program_of($pid, $name) // next;
    push @found, { pid => $pid, start => $start, state => $state, ppid => $parent, program => $program };
  }
  return @found;
}

sub option {
  my ($name, @args) = @_;
  my $form = join '[-_]', split /-/, $name;
  my ($value) = map { /^--$form=(.*)$/s ? $1 : () } reverse @args;
  return $value;
}

# Device and inode of a file or folder: the same in every namespace.
sub real { my @stat = stat shift; return @stat ? "$stat[0]:$stat[1]" : '' }

# The data directory, as `real` gives it: that of a container is not the one which has the same path here.
sub data_of {
  my ($pid, @args) = @_;
  my $data = real("/proc/$pid/cwd");
  my $named = option('datadir', @args) // '';
  return $data ne '' ? $data : $named =~ m{^/} ? real("/proc/$pid/root$named") : '';
}

# In a container: its ports and its paths are not those of this host.
sub is_foreign {
  my ($pid) = @_;
  for my $kind ('net', 'pid') {
    my $there = readlink("/proc/$pid/ns/$kind") // next;
    return 1 if $there ne (readlink("/proc/self/ns/$kind") // $there);
  }
  return 0;
}

sub is_local {
  my ($address) = @_;
  my $kind = $address =~ /:/ ? AF_INET6 : AF_INET;
  my $packed = Socket::inet_pton($kind, $address) // return 0;
  socket my $probe, $kind, SOCK_STREAM, 0 or return 0;
  return bind($probe, $kind == AF_INET ? pack_sockaddr_in(0, $packed) : Socket::pack_sockaddr_in6(0, $packed)) ? 1 : 0;
}

# Every listening TCP socket: inode to [address, port].
sub listeners {
  my %found;
  for my $family (['tcp', AF_INET, 1], ['tcp6', AF_INET6, 4]) {
    my ($file, $kind, $words) = @$family;
    for my $line (split /\n/, contents("/proc/net/$file")) {
      my @f = split ' ', $line;
      next unless @f > 9 && $f[3] eq '0A';
      my ($hex, $port) = split /:/, $f[1];
      my $packed = pack "V$words", map { hex substr $hex, 8 * $_, 8 } 0 .. $words - 1;
      my $address = Socket::inet_ntop($kind, $packed);
      $address =~ s/^::ffff:(?=\d+\.)//;
      $found{$f[9]} = [$address, hex $port];
    }
  }
  return \%found;
}

# The inodes of a process's sockets; undefined if this user may not see them.
sub sockets_of {
  my ($pid) = @_;
  opendir my $folder, "/proc/$pid/fd" or return;
  my @links = map { readlink("/proc/$pid/fd/$_") // () } readdir $folder;
  return [map { /^socket:\[(\d+)\]$/ ? $1 : () } @links];
}

# (unit, manager): manager is `system`, or the user id of a user's own systemd.
sub unit_of {
  my @lines = split /\n/, contents('/proc/' . shift . '/cgroup');
  my ($path) = grep { m{\.service(?:/|$)} } map { /^(?:0:|\d+:name=systemd):(.+)$/ ? $1 : () } @lines;
  return unless $path;
  return ($2, $1) if $path =~ m{/user\@(\d+)\.service/(?:.*/)?([^/]+\.service)(?:/|$)};
  return $path =~ m{/([^/]+\.service)(?:/|$)} ? ($1, 'system') : ();
}

sub look {
  my (%wanted) = @_;
  my $all = listeners();
  my %owner;
  my $name = (POSIX::uname())[1];
  answer('host', user => $>, name => $name, local => is_local($wanted{address}), boot => contents('/proc/sys/kernel/random/boot_id') =~ /(\S+)/ ? $1 : '');
  for my $server (servers()) {
    my $pid = $server->{pid};
    my $inodes = sockets_of($pid);
    my @here = map { $all->{$_} // () } @{ $inodes // [] };
    $owner{$_} = $pid for @{ $inodes // [] };
    my @args = arguments($pid);
    my ($unit, $manager) = unit_of($pid);
    my $data = data_of($pid, @args);
    my $cwd = readlink("/proc/$pid/cwd");
    my %more = (
      parent => (stat_of($server->{ppid}))[0], data => $data, foreign => is_foreign($pid), unit => $unit, manager => $manager,
      main => $unit && main_of($unit, $manager), parent_start => (stat_of($server->{ppid}))[3],
      listens => $inodes && join(' ', map { "$_->[0] $_->[1]" } @here),
      map { ($_ => option($_, @args)) } 'port', 'datadir', 'socket', 'pid-file', 'bind-address',
    );
    # Only a path that leads to the same folder from here.
    $more{cwd} = $cwd if defined $cwd && !$more{foreign} && real($cwd) eq $data;
    delete $more{$_} for grep { !defined $more{$_} } keys %more;
    answer('server', %$server, %more, may => kill(0, $pid) ? 1 : 0);
  }
  for my $inode (grep { $all->{$_}[1] == $wanted{port} } keys %$all) {
    my ($name) = exists $owner{$inode} ? stat_of($owner{$inode}) : ();
    my $pid = $owner{$inode};
    ($pid, $name) = owner_of($inode) unless $pid;
    answer('listener', address => $all->{$inode}[0], pid => $pid // '', name => $name // '');
  }
  for my $file (grep { $_ && -r $_ } $wanted{pid_file}) {
    answer('pid_file', pid => contents($file) =~ /^\s*(\d+)\s*$/ ? $1 : '');
  }
  for my $folder (grep { -e "$_/ibdata1" } split /\n/, $wanted{folders} // '') {
    answer('datadir', path => $folder, real => Cwd::realpath($folder) // $folder, data => real($folder));
  }
  answer('guard', pid => $_) for grep { is_ours($_) } guards(%wanted);
  answer('end');
}

sub owner_of {
  my ($inode) = @_;
  opendir my $proc, '/proc' or return;
  for my $pid (grep { /^\d+$/ } readdir $proc) {
    next unless grep { $_ == $inode } @{ sockets_of($pid) // [] };
    return ($pid, (stat_of($pid))[0]);
  }
  return;
}

# The output of a program, whether it succeeded, and why not; it is killed after so many seconds. What concerns a user's own
# systemd is done as that user, who may have made any link there. A sub instead of a program returns why it failed.
sub output_of {
  my ($limit, $manager, @command) = @_;
  return ('', 0, 'no user') unless $manager =~ /^(?:system|\d+)$/;
  my $pid = open my $out, '-|';
  return ('', 0, $!) unless defined $pid;
  if ($pid == 0) {
    open STDERR, '>&', \*STDOUT;
    open STDIN, '<', '/dev/null';
    if ($manager ne 'system') {
      POSIX::setgid((getpwuid $manager)[3] // 65534);
      POSIX::setuid($manager);
      $ENV{XDG_RUNTIME_DIR} = "/run/user/$manager";
      splice @command, 1, 0, '--user' unless ref $command[0];
    }
    if (ref $command[0]) {
      my $why = $command[0]->();
      print $why;
      POSIX::_exit($why eq '' ? 0 : 1);
    }
    exec { $command[0] } @command or POSIX::_exit(127);
  }
  my $text = '';
  my $done = eval {
    local $SIG{ALRM} = sub { kill 'KILL', $pid; die "no answer within $limit s\n" };
    alarm $limit;
    $text .= $_ while <$out>;
    alarm 0;
    1;
  };
  my $why = $@;
  close $out;
  return ($text, $done && $? == 0, $done ? $text : $why);
}

sub main_of {
  my ($unit, $manager) = @_;
  my ($text) = output_of(2, $manager, 'systemctl', 'show', '-p', 'MainPID', '--', $unit);
  return $text =~ /^MainPID=(\d+)$/m ? $1 : undef;
}

sub drop_in_folder {
  my ($unit, $manager) = @_;
  my $base = $manager eq 'system' ? '/run/systemd/system' : "/run/user/$manager/systemd/user";
  return "$base/$unit.d";
}

# A unit that has this file does not restart and cannot be started: its assertion says that the file is not there.
sub hold_unit {
  my (%order) = @_;
  my ($unit, $manager) = @order{ 'unit', 'manager' };
  return answer('unheld', unit => $unit, why => 'no name of a service') unless $unit =~ /^[\w:.\@\\-]+\.service$/;
  my $folder = drop_in_folder($unit, $manager);
  my $file = "$folder/$DROP_IN";
  my $text = "# $order{title}\n# mha_fence --command=release lets it start again.\n"
    . "[Unit]\nAssertPathExists=!$file\n[Service]\nRestart=no\n";
  my (undef, $written, $why_not) = output_of(2, $manager, sub { write_file($file, $text) });
  return answer('unheld', unit => $unit, why => $why_not) unless $written;
  my (undef, $ok, $why) = output_of(3, $manager, 'systemctl', 'daemon-reload');
  return $ok ? answer('held', unit => $unit, file => $file) : answer('unheld', unit => $unit, why => $why);
}

# Creates the folders above it. Returns why it failed.
sub write_file {
  my ($file, $text) = @_;
  my $parent = '';
  for my $part (split m{/}, $file =~ s{/[^/]*$}{}r) {
    $parent .= "/$part" if $part ne '';
    mkdir $parent if $parent ne '' && !-d $parent;
  }
  open my $out, '>', $file or return "$file: $!";
  return (print {$out} $text) && close $out ? '' : "$file: $!";
}

# The server of the order: the one with that data directory, else the one that listens there.
sub again {
  my (%order) = @_;
  my $known = $order{datadir} ? real($order{datadir}) : '';
  my $all = $known eq '' ? listeners() : {};
  return grep {
    my $pid = $_->{pid};
    $known ne ''
      ? data_of($pid, arguments($pid)) eq $known
      : (grep { is_there($all->{$_}, %order) } @{ sockets_of($pid) // [] });
  } servers();
}

sub is_there {
  my ($listener, %order) = @_;
  return $listener && $listener->[1] == $order{port} && $listener->[0] =~ /^(?:0\.0\.0\.0|::|\Q$order{address}\E)$/;
}

sub end_server {
  my (%order) = @_;
  my $end = uptime() + $order{budget};
  my @victims = map { [split /:/] } split /,/, $order{victims} // '';
  hold_unit(%order) if $order{unit};
  answer('safe', pid => $_->[0], result => send_signal(@$_, 9)) for map { [split /:/] } split /,/, $order{safe} // '';
  for my $victim (@victims) {
    my $stopped = ((stat_of($victim->[0]))[1] // '') =~ /^[Tt]/;
    $victim->[2] = $stopped ? 'KILL' : 'TERM';
    $victim->[3] = send_signal(@$victim[0, 1], $stopped ? 9 : 15);
  }
  # What the watching needs at the end.
  my $last = $end - $order{quiet} - 0.2;
  my $patience = uptime() + $order{term};
  $patience = $last - 1 if $patience > $last - 1;
  pause(0.02) while uptime() < $patience && grep { !dead(@$_) && $_->[3] eq 'sent' } @victims;
  for my $victim (grep { !dead(@$_) } @victims) {
    $victim->[2] = 'KILL';
    $victim->[3] = send_signal(@$victim[0, 1], 9);
  }
  pause(0.02) while uptime() < $last && grep { !dead(@$_) && $_->[3] =~ /^(sent|gone)$/ } @victims;
  for my $victim (@victims) {
    my $alive = !dead(@$victim);
    answer($alive ? 'alive' : 'ended', pid => $victim->[0], signal => $victim->[2],
      $alive ? (why => $victim->[3], state => (stat_of($victim->[0]))[1] // '') : ());
  }
  start_guard(%order);
  watch($end, %order);
  answer('end');
}

# Until nothing of it was there for `quiet` seconds.
sub watch {
  my ($end, %order) = @_;
  my ($seen, $last, %counted) = (0, uptime());
  while (uptime() < $last + $order{quiet}) {
    for my $server (again(%order)) {
      send_signal(@$server{ 'pid', 'start' }, 9);
      next if $counted{"$server->{pid}:$server->{start}"}++;
      $seen++;
      $last = uptime();
      answer('again', pid => $server->{pid}, parent => (stat_of($server->{ppid}))[0] // '', ppid => $server->{ppid});
    }
    last if uptime() > $end;
    pause(0.02);
  }
  my $all = listeners();
  for my $inode (grep { is_there($all->{$_}, %order) } keys %$all) {
    my ($pid, $name) = owner_of($inode);
    answer('listens', pid => $pid // '', name => $name // '');
  }
  answer('quiet', seen => $seen) if uptime() >= $last + $order{quiet};
}

sub title_of { my (%order) = @_; return "mha_fence: keeps the server of $order{address}:$order{port} down" }

sub guards {
  my (%order) = @_;
  my $title = title_of(%order);
  opendir my $proc, '/proc' or return;
  return grep { /^\d+$/ && index(contents("/proc/$_/cmdline"), "$title, ") == 0 } readdir $proc;
}

# Anybody may give a process that title.
sub is_ours {
  my $owner = (stat '/proc/' . shift)[4];
  return defined $owner && ($owner == 0 || $owner == $>);
}

# The same data, whatever links lead there.
sub names_data {
  my ($pid, %order) = @_;
  my ($data) = contents("/proc/$pid/cmdline") =~ /^\Q${\ title_of(%order)}\E, (.*); mha_fence --command=release ends this/s;
  return 0 unless defined $data;
  my $wanted = $order{datadir} || $UNKNOWN;
  return $data eq $wanted || ($order{datadir} && real($data) ne '' && real($data) eq real($wanted));
}

# A process that outlives this one: it holds InnoDB's own lock, so that no server can open the data, and ends one that starts.
# It lasts until `release`, until the host restarts, or until the data are gone.
sub start_guard {
  my (%order) = @_;
  my ($there) = grep { is_ours($_) && names_data($_, %order) } guards(%order);
  return answer('guard', pid => $there, new => 0) if $there;
  my $may = $> == 0 || ($order{datadir} && -w "$order{datadir}/ibdata1");
  return answer('unguarded', why => 'the user of ssh may not open its data') unless $may;
  my $pid = fork;
  return answer('unguarded', why => "$!") unless defined $pid;
  return answer('guard', pid => $pid, new => 1) if $pid;
  POSIX::setsid();
  $SIG{$_} = 'IGNORE' for qw(HUP INT PIPE);
  chdir '/';
  close DATA;
  open STDIN, '<', '/dev/null';
  open STDOUT, '>', '/dev/null';
  open STDERR, '>', '/dev/null';
  $0 = title_of(%order) . ', ' . ($order{datadir} || $UNKNOWN) . '; mha_fence --command=release ends this';
  guard(%order);
  POSIX::_exit(0);
}

sub guard {
  my (%order) = @_;
  my $data = sub { $order{datadir} ? join ' ', map { real("$order{datadir}$_") } '', '/ibdata1' : '' };
  my $first = $data->();
  my %locks;
  my $began = uptime();
  while ($first eq $data->()) {
    lock_file(\%locks, "$order{datadir}/$_") for grep { $order{datadir} } 'ibdata1', 'aria_log_control';
    for my $server (again(%order)) {
      my $sent = send_signal(@$server{ 'pid', 'start' }, 9);
      to_syslog("$order{title}: KILL of pid $server->{pid}, which began to start: $sent");
    }
    pause(uptime() < $began + 120 ? 0.05 : 0.5);
    1 while waitpid(-1, POSIX::WNOHANG()) > 0;
  }
}

sub to_syslog {
  my ($text) = @_;
  my $pid = fork;
  exec { 'logger' } 'logger', '-t', 'mha_fence', $text or POSIX::_exit(127) if defined $pid && $pid == 0;
}

# struct flock of 64-bit Linux: type F_WRLCK, whence, start, length, pid.
sub lock_file {
  my ($locks, $file) = @_;
  return if $locks->{$file} || !-e $file;
  sysopen my $handle, $file, O_RDWR | O_NOFOLLOW | O_NONBLOCK or return;
  my $lock = pack 's s x4 q q i x4', F_WRLCK, 0, 0, 0, 0;
  $locks->{$file} = $handle if fcntl $handle, F_SETLK, $lock;
}

# Returns why it failed.
sub remove_file {
  my ($file, $beginning) = @_;
  return 'of another' unless index(contents($file), $beginning) == 0;
  unlink $file or return "$file: $!";
  rmdir $file =~ s{/[^/]+$}{}r;
  return '';
}

sub release {
  my (%order) = @_;
  for my $pid (guards(%order)) {
    my (undef, undef, undef, $start) = stat_of($pid) or next;
    my $result = send_signal($pid, $start, 9);
    for (1 .. 50) { last if dead($pid, $start); pause(0.02) }
    answer('released', guard => $pid, result => dead($pid, $start) ? 'ended' : $result);
  }
  for my $file (glob("/run/systemd/system/*.service.d/$DROP_IN"), glob("/run/user/*/systemd/user/*.service.d/$DROP_IN")) {
    my ($unit) = $file =~ m{([^/]+)\.d/[^/]+$};
    my $manager = $file =~ m{^/run/user/(\d+)/} ? $1 : 'system';
    my (undef, $gone, $why) = output_of(2, $manager, sub { remove_file($file, "# $order{title}\n") });
    next if $why eq 'of another';
    (undef, $gone, $why) = output_of(3, $manager, 'systemctl', 'daemon-reload') if $gone;
    answer('released', unit => $unit, result => $gone ? 'ended' : $why);
  }
  answer('end');
}
__END__
